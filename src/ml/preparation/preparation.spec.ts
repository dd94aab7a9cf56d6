import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { column, date, listed, throughJson, words } from '../../../test/support/columns.js';
import { logarithm } from './logarithm.js';
import { fitPreparation, identityPreparation, invertPreparation, prepareCenters, prepareRows } from './preparation.js';
import type { PreparationOptions, TableColumn } from './types.js';

const table = [column('a', [1, 2, 3, NaN, 10]), column('b', [4, NaN, 4, 8, 6])];

describe('missing values', () => {
  const prepared = (missing: PreparationOptions['missing']) => fitPreparation(table, { missing, scaling: 'none' });

  it('are refused, saying where', () => {
    expect(() => prepared('error')).toThrow(
      expect.objectContaining({
        code: 'dataset.missing_values',
        message: 'Values are missing in "a" (1), "b" (1), first in row 2.',
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

  it.each([
    { values: [5, 5, 5, 5, 9], scaled: [0, 0, 0, 0, 4], spread: 'none' },
    { values: [0, 0, 0, 5e-324, 9], scaled: [0, 0, 0, 5e-324, 9], spread: 'one that would carry 9 beyond float64' },
  ])('warns of a column whose quartiles have no spread ($spread)', ({ values, scaled }) => {
    const { matrix, warnings } = fitPreparation([column('x', values)], { scaling: 'robust' });
    expect(listed(matrix.data)).toEqual(scaled);
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

describe('categories', () => {
  const colours = words('colour', ['red', 'blue', null, 'red', 'green']);
  const sizes = column('size', [1, 2, 3, 4, 10]);

  it('become a feature each, which scaling leaves alone', () => {
    const { preparation, matrix } = fitPreparation([sizes, colours], { missing: 'zero', scaling: 'min-max' });
    expect(preparation.features).toEqual(['size', 'colour=blue', 'colour=green', 'colour=red']);
    expect(listed(matrix.data)).toEqual(
      [
        [0, 0, 0, 1],
        [1 / 9, 1, 0, 0],
        [2 / 9, 0, 0, 0],
        [3 / 9, 0, 0, 1],
        [1, 0, 1, 0],
      ].flat(),
    );
    expect(preparation.columns[1]).toEqual({
      name: 'colour',
      type: 'category',
      categories: ['blue', 'green', 'red'],
      rare: [],
    });
  });

  it.each(['mean', 'median', 'most-frequent'] as const)(
    'are filled in by the most frequent one under %s',
    (missing) => {
      const { matrix } = fitPreparation([sizes, colours], { missing, scaling: 'none' });
      expect(listed(matrix.data.slice(8, 12))).toEqual([3, 0, 0, 1]);
    },
  );

  it('are refused and dropped like numbers where they are missing', () => {
    expect(() => fitPreparation([sizes, colours])).toThrow(
      expect.objectContaining({ code: 'dataset.missing_values', details: { columns: ['colour'], row: 2 } }),
    );
    expect(listed(fitPreparation([sizes, colours], { missing: 'drop' }).keptRows)).toEqual([0, 1, 3, 4]);
  });

  it('are grouped where they are rare, and none where they are unknown', () => {
    const many = words(
      'city',
      Array.from({ length: 300 }, (_, i) => (i < 150 ? 'Rome' : i < 296 ? 'Oslo' : i < 298 ? 'Ur' : `${i}`)),
    );
    const { preparation, warnings } = fitPreparation([many], { scaling: 'none' });
    expect(preparation.features).toEqual(['city=Oslo', 'city=Rome', 'city=(rare)']);
    expect(warnings).toEqual([
      {
        code: 'dataset.rare_categories',
        message: 'Column "city": 3 of 5 categories are rare and are taken together as "city=(rare)".',
      },
    ]);
    const { data, unknown } = prepareRows(throughJson(preparation), [['Rome'], ['299'], ['Ur'], ['Atlantis'], [299]]);
    expect(listed(data)).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    expect([...unknown]).toEqual([[3, ['city']]]);
    expect(fitPreparation([many], { rareShare: 0 }).preparation.features).toHaveLength(5);
  });

  it('weigh as their column does, and their centres are shares', () => {
    const options = { missing: 'drop', scaling: 'none', columnWeights: { colour: 3 } } as const;
    const { preparation, matrix } = fitPreparation([sizes, colours], options);
    expect(listed(matrix.data.slice(0, 4))).toEqual([1, 0, 0, 3]);
    const center = { data: Float64Array.of(2, 1.5, 0, 1.5), rows: 1, columns: 4 };
    expect(listed(invertPreparation(preparation, center).data)).toEqual([2, 0.5, 0, 0.5]);
  });

  it('are refused where there are too many, or none, or nothing varies', () => {
    const refused = (table: TableColumn[], code: string): void => {
      expect(() => fitPreparation(table, { missing: 'zero' })).toThrow(expect.objectContaining({ code }));
    };
    refused(
      [
        words(
          'x',
          Array.from({ length: 10_001 }, (_, i) => `${i}`),
        ),
      ],
      'dataset.too_many_categories',
    );
    refused([sizes, words('x', [null, null, null, null, null])], 'dataset.empty_column');
    refused([words('x', ['a', 'a', 'a'])], 'dataset.constant');
  });

  it('carry centres of an earlier training over by the names of their features', () => {
    const before = fitPreparation([sizes, colours], { missing: 'drop', scaling: 'none' }).preparation;
    const shares = { data: Float64Array.of(4, 0.25, 0.25, 0.5), rows: 1, columns: 4 };
    const after = fitPreparation(
      [words('colour', ['red', 'red', 'violet', 'blue', 'red']), column('size', [2, 4, 6, 8, 10])],
      { scaling: 'min-max' },
    ).preparation;
    expect(after.features).toEqual(['colour=blue', 'colour=red', 'colour=violet', 'size']);
    expect(listed(prepareCenters(after, before, shares).data)).toEqual([0.25, 0.5, 0, 0.25]);
    expect(() => prepareCenters(after, identityPreparation(['size']), { ...shares, columns: 1 })).toThrow(
      expect.objectContaining({ code: 'preparation.unknown_column', details: { column: 'colour' } }),
    );
  });
});

describe('dates', () => {
  const day = 86_400_000;

  it('are milliseconds since 1970, read as training read them', () => {
    const { preparation, matrix } = fitPreparation([date('d', [0, day, 2 * day, NaN])], {
      missing: 'mean',
      scaling: 'none',
    });
    expect(listed(matrix.data)).toEqual([0, day, 2 * day, day]);
    const cells = [['1970-01-02'], ['2.1.1970'], [day], [null], ['']];
    expect(listed(prepareRows(throughJson(preparation), cells).data)).toEqual([day, day, day, day, day]);
    for (const cell of ['yesterday', '31.4.2024', '1/13/2024']) {
      expect(() => prepareRows(preparation, [[cell]])).toThrow(
        expect.objectContaining({ code: 'preparation.wrong_type', details: { row: 0, column: 'd' } }),
      );
    }
  });
});

describe('logarithms', () => {
  it('are those of Math.log, to two units in the last place', () => {
    const positive = fc.oneof(
      fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
    );
    fc.assert(
      fc.property(positive, (value) => {
        const expected = Math.log(value);
        expect(Math.abs(logarithm(value) - expected)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(expected));
      }),
      { numRuns: 5000, seed: 1 },
    );
    for (const value of [1, 2 ** -1074, 2 ** -1022, Number.MAX_VALUE, Math.SQRT1_2, 1 + Number.EPSILON]) {
      expect(logarithm(value)).toBeCloseTo(Math.log(value), 12);
    }
    expect(logarithm(1)).toBe(0);
  });

  it('are taken before scaling, of the columns named, and taken back', () => {
    const data = [column('a', [1, Math.E, Math.E ** 2]), column('b', [1, 2, 4])];
    const { preparation, matrix } = fitPreparation(data, { scaling: 'min-max', logColumns: ['a'] });
    [0, 0, 0.5, 1 / 3, 1, 1].forEach((value, i) => {
      expect(matrix.data[i]).toBeCloseTo(value, 15);
    });
    invertPreparation(preparation, matrix).data.forEach((value, i) => {
      expect(value).toBeCloseTo(data[i % 2].values[Math.floor(i / 2)], 12);
    });
    expect(() =>
      prepareRows(preparation, [
        [1, 1],
        [0, 1],
      ]),
    ).toThrow(
      expect.objectContaining({
        code: 'preparation.no_logarithm',
        message: 'Row 2: "a" is 0; only numbers above 0 have a logarithm.',
      }),
    );
  });

  it('are refused where there are none', () => {
    const refused = (table: TableColumn[], options: PreparationOptions, code: string, details = {}): void => {
      expect(() => fitPreparation(table, options)).toThrow(
        expect.objectContaining({ code, details: expect.objectContaining(details) as object }),
      );
    };
    const gaps = [column('a', [1, NaN, 0, 3]), column('b', [1, 2, 3, 4])];
    const logColumns = ['a'];
    refused(gaps, { logColumns, missing: 'mean' }, 'preparation.no_logarithm', { row: 2, column: 'a' });
    refused(gaps, { logColumns, missing: 'drop' }, 'preparation.no_logarithm', { row: 2 });
    refused([gaps[1]], { logColumns: ['b'], missing: 'zero' }, 'preparation.bad_option');
    refused(gaps, { logColumns: ['c'], missing: 'drop' }, 'preparation.unknown_column');
    refused([words('w', ['a', 'b'])], { logColumns: ['w'] }, 'preparation.bad_option');
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
