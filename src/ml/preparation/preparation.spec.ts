import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTable } from '../../../test/support/golden.js';
import { fitPreparation, identityPreparation, invertPreparation, prepareRecords, prepareRows } from './preparation.js';
import type { Cell, FittedPreparation, PreparationOptions, TableColumn } from './types.js';

const column = (name: string, values: number[]): TableColumn => ({
  name,
  type: 'number',
  values: Float64Array.from(values),
});
const throughJson = (preparation: FittedPreparation): FittedPreparation =>
  JSON.parse(JSON.stringify(preparation)) as FittedPreparation;
const listed = (values: ArrayLike<number>): number[] => Array.from(values);

const table = [column('a', [1, 2, 3, NaN, 10]), column('b', [4, NaN, 4, 8, 6])];

describe('missing values', () => {
  const prepared = (missing: PreparationOptions['missing']) => fitPreparation(table, { missing, scaling: 'none' });

  it('are refused, saying where', () => {
    expect(() => prepared('error')).toThrow(
      expect.objectContaining({
        code: 'dataset.missing_values',
        message: 'Values are missing in "a" (1), "b" (1), first in row 1.',
        details: { columns: ['a', 'b'], row: 1 },
      }),
    );
  });

  it.each([
    ['mean', [1, 4, 2, 5.5, 3, 4, 4, 8, 10, 6]],
    ['median', [1, 4, 2, 5, 3, 4, 2.5, 8, 10, 6]],
    ['most-frequent', [1, 4, 2, 4, 3, 4, 1, 8, 10, 6]],
    ['zero', [1, 4, 2, 0, 3, 4, 0, 8, 10, 6]],
  ] as const)('become the %s', (missing, expected) => {
    const { matrix, keptRows, preparation } = prepared(missing);
    expect(listed(matrix.data)).toEqual(expected);
    expect(listed(keptRows)).toEqual([0, 1, 2, 3, 4]);
    expect(
      listed(
        prepareRows(preparation, [
          [null, 7],
          [7, null],
        ]).data,
      ),
    ).toEqual([expected[6], 7, 7, expected[3]]);
  });

  it('drop their rows, and are refused by a prediction', () => {
    const { matrix, keptRows, warnings, preparation } = prepared('drop');
    expect(listed(keptRows)).toEqual([0, 2, 4]);
    expect(listed(matrix.data)).toEqual([1, 4, 3, 4, 10, 6]);
    expect(warnings).toEqual([{ code: 'dataset.rows_dropped', message: '2 rows with missing values were left out.' }]);
    expect(() =>
      prepareRows(preparation, [
        [1, 1],
        [2, null],
      ]),
    ).toThrow(expect.objectContaining({ code: 'preparation.missing_value', details: { row: 1, column: 'b' } }));
  });

  it('leave nothing to train on', () => {
    const gaps = [column('a', [1, NaN]), column('b', [NaN, 2])];
    expect(() => fitPreparation(gaps, { missing: 'drop' })).toThrow(
      expect.objectContaining({ code: 'dataset.no_rows_left' }),
    );
    const empty = [column('a', [1, 2]), column('b', [NaN, NaN])];
    expect(() => fitPreparation(empty, { missing: 'mean' })).toThrow(
      expect.objectContaining({ code: 'dataset.empty_column', details: { column: 'b' } }),
    );
  });
});

describe('scaling', () => {
  const values = [1, 2, 3, 4, 10];
  const one = (scaling: PreparationOptions['scaling'], of = values): number[] =>
    listed(fitPreparation([column('x', of)], { scaling }).matrix.data);

  it('is that of scikit-learn', () => {
    // StandardScaler, MinMaxScaler and RobustScaler of [1, 2, 3, 4, 10].
    expect(one('none')).toEqual(values);
    one('standard').forEach((value, i) => {
      expect(value).toBeCloseTo((values[i] - 4) / Math.sqrt(10), 15);
    });
    expect(one('min-max')).toEqual([0, 1 / 9, 2 / 9, 3 / 9, 1]);
    expect(one('robust')).toEqual([-1, -0.5, 0, 0.5, 3.5]);
  });

  it.each(['standard', 'min-max', 'robust'] as const)('is safe for values of any size (%s)', (scaling) => {
    for (const factor of [2 ** 1019, 2 ** -1000]) {
      const scaled = one(
        scaling,
        values.map((value) => value * factor),
      );
      one(scaling).forEach((value, i) => {
        expect(scaled[i]).toBeCloseTo(value, 12);
      });
    }
  });

  it('gives a constant column scale 1 and a warning', () => {
    const data = [column('c', [0.1, 0.1, 0.1]), column('x', [1, 2, 3])];
    for (const scaling of ['none', 'standard', 'min-max', 'robust'] as const) {
      const { matrix, warnings } = fitPreparation(data, { scaling });
      const left = listed(matrix.data.filter((_, i) => i % 2 === 0));
      for (const value of left) expect(value).toBeCloseTo(scaling === 'none' ? 0.1 : 0, 15);
      expect(warnings).toEqual([{ code: 'dataset.constant_column', message: 'Column "c" is constant.' }]);
    }
    expect(() => fitPreparation([data[0]])).toThrow(expect.objectContaining({ code: 'dataset.constant' }));
  });

  it('gives a column whose quartiles coincide scale 1 and a warning', () => {
    const { matrix, warnings } = fitPreparation([column('x', [5, 5, 5, 5, 9])], { scaling: 'robust' });
    expect(listed(matrix.data)).toEqual([0, 0, 0, 0, 4]);
    expect(warnings.map(({ code }) => code)).toEqual(['dataset.no_spread']);
  });

  it('multiplies by the column weights afterwards', () => {
    const data = [column('a', [0, 1, 2]), column('b', [0, 10, 20])];
    const { matrix } = fitPreparation(data, { scaling: 'min-max', columnWeights: { b: 3 } });
    expect(listed(matrix.data)).toEqual([0, 0, 0.5, 1.5, 1, 3]);
    const wrong = (columnWeights: Record<string, number>, code: string): void => {
      expect(() => fitPreparation(data, { columnWeights })).toThrow(expect.objectContaining({ code }));
    };
    wrong({ d: 1 }, 'preparation.unknown_column');
    wrong({ toString: 1 }, 'preparation.unknown_column');
    for (const weight of [0, -1, NaN, Infinity]) wrong({ a: weight }, 'preparation.bad_option');
  });
});

describe('a table', () => {
  it('needs columns of one length, names of their own and finite values', () => {
    const wrong = (columns: TableColumn[], code: string, details = {}): void => {
      expect(() => fitPreparation(columns)).toThrow(
        expect.objectContaining({ code, details: expect.objectContaining(details) as object }),
      );
    };
    wrong([], 'preparation.bad_table');
    wrong([column('a', [])], 'preparation.bad_table');
    wrong([column('a', [1, 2]), column('b', [1])], 'preparation.bad_table');
    wrong([column('a', [1, 2]), column('a', [1, 3])], 'preparation.bad_table');
    wrong([column('a', [1, Infinity])], 'preparation.not_finite', { row: 1, column: 'a' });
  });
});

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
          const { matrix, preparation } = fitPreparation(columns, options);
          const replayed = throughJson(preparation);
          expect(prepareRows(replayed, rows).data).toEqual(matrix.data);
          const records = rows.map(([x0, x1, x2]) => ({ x2, other: 'passed over', x1, x0 }));
          expect(prepareRecords(replayed, records).data).toEqual(matrix.data);
          // A row alone is prepared as it is among others.
          const last = prepareRows(replayed, rows.slice(-1)).data;
          expect(listed(last)).toEqual(listed(matrix.data.slice(-3)));
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
