import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { column, listed, throughJson, words } from '../../../test/support/columns.js';
import { readTable } from '../../../test/support/golden.js';
import { fitPreparation, identityPreparation, invertPreparation, prepareRecords, prepareRows } from './preparation.js';
import type { Cell } from './types.js';

describe('replayed for predictions', () => {
  it('gives the bits of the training, through JSON, by rows and by records', () => {
    fc.assert(
      fc.property(
        fc.record({
          missing: fc.constantFrom('mean' as const, 'median' as const, 'most-frequent' as const, 'zero' as const),
          scaling: fc.constantFrom('none' as const, 'standard' as const, 'min-max' as const, 'robust' as const),
          columnWeights: fc.constantFrom<Record<string, number>[]>({}, { x1: 0.3 }, { x0: 7, x1: 1e-3 }),
        }),
        fc.array(fc.tuple(...[0, 1, 2].map(() => fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true })))), {
          minLength: 2,
          maxLength: 30,
        }),
        (options, drawn) => {
          const rows = [[1, 2, 3], [4, 6, 9], ...drawn];
          const columns = [0, 1, 2].map((j) =>
            column(
              `x${j}`,
              rows.map((row) => row[j] ?? NaN),
            ),
          );
          const word = rows.map((row) => (row[0] === null ? null : `w${Math.floor(Math.abs(row[0])) % 3}`));
          const { matrix, preparation } = fitPreparation([...columns, words('w', word)], options);
          const replayed = throughJson(preparation);
          const cells = rows.map((row, i): Cell[] => [...row, word[i]]);
          expect(prepareRows(replayed, cells).data).toEqual(matrix.data);
          const records = cells.map(([x0, x1, x2, w]) => ({ x2, other: 'passed over', w, x1, x0 }));
          expect(prepareRecords(replayed, records).data).toEqual(matrix.data);
          // A row alone is prepared as it is among others.
          const last = prepareRows(replayed, cells.slice(-1)).data;
          expect(listed(last)).toEqual(listed(matrix.data.slice(-matrix.columns)));
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it.each(['none', 'standard', 'min-max', 'robust'] as const)(
    'turns centres back into the units of the data (%s)',
    (scaling) => {
      const { columns, matrix: raw } = readTable('wine.csv');
      const { matrix, preparation } = fitPreparation(columns, { scaling, columnWeights: { ash: 2.5 } });
      const back = invertPreparation(throughJson(preparation), matrix);
      expect(back.rows).toBe(178);
      back.data.forEach((value, i) => {
        expect(Math.abs(value - raw.data[i])).toBeLessThanOrEqual(1e-12 * Math.abs(raw.data[i]) + 1e-12);
      });
      expect(matrix.data).not.toBe(back.data);
    },
  );

  const { preparation } = fitPreparation([column('a', [1, 2]), column('b', [3, 5])]);
  const refusal = (call: () => unknown, code: string, details: object): void => {
    expect(call).toThrow(expect.objectContaining({ code, details: expect.objectContaining(details) as object }));
  };

  it('refuses rows that do not fit, saying where', () => {
    const rows =
      (...given: unknown[][]) =>
      () =>
        prepareRows(preparation, given as Cell[][]);
    refusal(rows([1, 2], [1]), 'preparation.wrong_length', { row: 1, expected: 2, given: 1 });
    refusal(rows([1, 2, 3]), 'preparation.wrong_length', { row: 0, given: 3 });
    refusal(rows([1, '2']), 'preparation.wrong_type', { row: 0, column: 'b' });
    refusal(rows([1, true]), 'preparation.wrong_type', { row: 0, column: 'b' });
    refusal(rows([1, 2], [Infinity, 2]), 'preparation.not_finite', { row: 1, column: 'a' });
    refusal(rows([NaN, 2]), 'preparation.not_finite', { row: 0, column: 'a' });
    refusal(rows([1e308 * 1.7, -1.7e308], [0, 1]), 'preparation.not_finite', { row: 0 });
    refusal(rows([null, 2]), 'preparation.missing_value', { row: 0, column: 'a' });
  });

  it('refuses records without a field', () => {
    refusal(() => prepareRecords(preparation, [{ a: 1, b: 2 }, { a: 1 }]), 'preparation.missing_field', {
      row: 1,
      column: 'b',
    });
    refusal(() => prepareRecords(preparation, [{ a: 1, b: undefined }]), 'preparation.missing_field', {
      row: 0,
      column: 'b',
    });
    const inherited = Object.create({ a: 1, b: 2 }) as object;
    refusal(() => prepareRecords(preparation, [{ ...inherited }]), 'preparation.missing_field', {
      row: 0,
      column: 'a',
    });
  });

  it('has a preparation for centres brought from elsewhere, which changes nothing', () => {
    const identity = identityPreparation(['a', 'b']);
    expect(listed(prepareRows(identity, [[0.1, -0]]).data)).toEqual([0.1, -0]);
    expect(() => prepareRows(identity, [[null, 1]])).toThrow(
      expect.objectContaining({ code: 'preparation.missing_value' }),
    );
  });
});
