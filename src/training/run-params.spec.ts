import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PlannedDataset, planRun } from './run-params.js';
import type { CreateRunDto } from './dto/create-run.dto.js';
import { ImpossibleRunError } from './training.errors.js';

const DATASET: PlannedDataset = {
  rowCount: 150,
  columns: [
    { name: 'flower', type: 'identifier' },
    { name: 'length', type: 'number', min: 1, max: 7 },
    { name: 'width', type: 'number', min: 0.1, max: 2.5 },
    { name: 'flat', type: 'number', min: 3, max: 3 },
    { name: 'even', type: 'number', min: 4, max: 4 },
    { name: 'weight', type: 'number', min: 0, max: 9 },
    { name: 'loss', type: 'number', min: -1, max: 9 },
    { name: 'nothing', type: 'number', min: 0, max: 0 },
    { name: 'empty', type: 'number' },
    { name: 'species', type: 'category', distinct: 3 },
    { name: 'kingdom', type: 'category', distinct: 1 },
    { name: 'day', type: 'date', min: '2026-01-01', max: '2026-01-01' },
  ],
};

function request(fields: Partial<CreateRunDto> = {}): CreateRunDto {
  return { datasetId: '0190a000-0000-7000-8000-000000000000', k: 3, ...fields };
}

function refusal(fields: Partial<CreateRunDto>, dataset = DATASET): ImpossibleRunError {
  try {
    planRun(request(fields), dataset);
  } catch (error) {
    if (error instanceof ImpossibleRunError) return error;
    throw error;
  }
  throw new Error('the run was not refused');
}

describe('planRun', () => {
  it('fills in every default', () => {
    const { seed, ...params } = planRun(request(), DATASET);
    expect(params).toEqual({
      datasetId: '0190a000-0000-7000-8000-000000000000',
      columns: ['length', 'width', 'flat', 'even', 'weight', 'loss', 'nothing', 'empty'],
      k: 3,
      init: 'k-means++',
      nInit: 10,
      maxIterations: 300,
      tolerance: 1e-4,
      metric: 'euclidean',
      scaling: 'standard',
      missing: 'error',
    });
    expect(Number.isInteger(seed)).toBe(true);
    expect(seed).toBeGreaterThanOrEqual(0);
    expect(seed).toBeLessThan(2 ** 32);
  });

  it('draws another seed each time, unless one is given', () => {
    const seeds = Array.from({ length: 20 }, () => planRun(request(), DATASET).seed);
    expect(new Set(seeds).size).toBeGreaterThan(15);
    expect(planRun(request({ seed: 0 }), DATASET).seed).toBe(0);
  });

  it.each([
    [10_000, 10],
    [10_001, 1],
  ])('of %i rows restarts %i times', (rowCount, nInit) => {
    expect(planRun(request(), { ...DATASET, rowCount }).nInit).toBe(nInit);
  });

  describe('from given centers', () => {
    const init = { centersId: '0190a000-0000-7000-8000-000000000001' };
    const named = (...names: string[]) => ({ k: 3, columns: names.map((name) => ({ name, type: 'number' })) });
    const parent = named('width', 'length');
    const refused = (fields: Partial<CreateRunDto>, of = parent) => {
      const attempt = () => planRun(request({ init, ...fields }), DATASET, of);
      expect(attempt).toThrow(ImpossibleRunError);
      try {
        return attempt();
      } catch (error) {
        return { code: (error as ImpossibleRunError).code, ...(error as ImpossibleRunError).errors![0] };
      }
    };

    it('fits once, on their columns, and keeps their ids unless told otherwise', () => {
      expect(planRun(request({ init }), DATASET, parent)).toMatchObject({
        init,
        nInit: 1,
        columns: ['width', 'length'],
        keepIds: true,
      });
      expect(planRun(request({ init, nInit: 1, keepIds: false }), DATASET, parent).keepIds).toBe(false);
      const columns = ['length', 'width'];
      expect(planRun(request({ init, columns }), DATASET, parent).columns).toEqual(columns);
      expect(planRun(request(), DATASET)).not.toHaveProperty('keepIds');
    });

    it('says what does not fit', () => {
      expect(refused({ nInit: 2 })).toMatchObject({ code: 'run.init_mismatch', path: 'nInit' });
      expect(refused({ k: 4 })).toMatchObject({ code: 'run.init_mismatch', path: 'k' });
      expect(refused({ k: { min: 2, max: 4 } })).toMatchObject({ code: 'run.init_mismatch', path: 'init' });
      expect(refused({}, named('width', 'petals'))).toMatchObject({
        code: 'run.init_mismatch',
        path: 'init.centersId',
        message: expect.stringMatching(/need a column "petals".*there are "flower", "length"/),
      });
      expect(refused({}, named('width', 'species'))).toMatchObject({
        code: 'run.init_mismatch',
        path: 'init.centersId',
        message: expect.stringMatching(/"species" for number values; here it holds category/),
      });
      expect(refused({ columns: ['width'] })).toMatchObject({
        path: 'columns',
        message: expect.stringMatching('"length"'),
      });
      expect(refused({ columns: ['width', 'length', 'even'] })).toMatchObject({
        path: 'columns',
        message: expect.stringMatching('"even"'),
      });
      expect(refused({ weightColumn: 'weight' }, named('weight', 'width'))).toMatchObject({
        code: 'run.column_conflict',
      });
      expect(refusal({ keepIds: true })).toMatchObject({ code: 'run.no_ids_to_keep' });
    });
  });

  it('leaves the id and weight columns out of the columns trained on', () => {
    const params = planRun(request({ idColumn: 'length', weightColumn: 'weight' }), DATASET);
    expect(params.columns).toEqual(['width', 'flat', 'even', 'loss', 'nothing', 'empty']);
    expect(params).toMatchObject({ idColumn: 'length', weightColumn: 'weight' });
  });

  it('keeps the columns in the order in which they were asked for', () => {
    expect(planRun(request({ columns: ['width', 'length'] }), DATASET).columns).toEqual(['width', 'length']);
  });

  it('keeps what was asked for, whatever it is', () => {
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const asked = fc.record({
      k: fc.integer({ min: 1, max: 150 }),
      nInit: optional(fc.integer({ min: 1, max: 10_000 })),
      maxIterations: optional(fc.integer({ min: 1, max: 1_000_000 })),
      tolerance: optional(fc.double({ min: 0, max: 1e6, noNaN: true })),
      seed: optional(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      metric: optional(fc.constantFrom('euclidean', 'cosine')),
      missing: optional(fc.constantFrom('error', 'drop', 'mean')),
    });
    fc.assert(
      fc.property(asked, (fields) => {
        const params = planRun(request(fields), DATASET);
        const given = Object.entries(fields).filter(([, value]) => value !== undefined);
        expect(params).toMatchObject(Object.fromEntries(given));
        expect(Object.values(params)).not.toContain(undefined);
      }),
    );
  });

  it.each([
    ['an unknown column', { columns: ['length', 'height'] }, 'dataset.unknown_column', 'columns.1'],
    ['an unknown id column', { idColumn: 'height' }, 'dataset.unknown_column', 'idColumn'],
    ['an unknown weight column', { weightColumn: 'height' }, 'dataset.unknown_column', 'weightColumn'],
    ['an identifier', { columns: ['flower'] }, 'run.not_numeric', 'columns.0'],
    ['dates of one day only', { columns: ['day'] }, 'dataset.constant', 'columns'],
    ['a single category', { columns: ['kingdom'] }, 'dataset.constant', 'columns'],
    ['a logarithm of words', { columns: ['species'], logColumns: ['species'] }, 'run.not_numeric', 'logColumns.0'],
    ['a logarithm of 0', { logColumns: ['length', 'weight'] }, 'run.no_logarithm', 'logColumns.1'],
    ['a logarithm of nothing', { logColumns: ['size'] }, 'dataset.unknown_column', 'logColumns.0'],
    ['a logarithm beside', { columns: ['width'], logColumns: ['length'] }, 'dataset.unknown_column', 'logColumns.0'],
    ['a logarithm of gaps', { logColumns: ['length'], missing: 'zero' }, 'run.no_logarithm', 'missing'],
    ['a weight column of text', { weightColumn: 'species' }, 'run.not_numeric', 'weightColumn'],
    ['a negative weight', { weightColumn: 'loss' }, 'run.bad_weights', 'weightColumn'],
    ['weights of 0 alone', { weightColumn: 'nothing' }, 'run.bad_weights', 'weightColumn'],
    ['training on the id column', { columns: ['length'], idColumn: 'length' }, 'run.column_conflict', 'columns.0'],
    [
      'weighing by the id column',
      { idColumn: 'weight', weightColumn: 'weight' },
      'run.column_conflict',
      'weightColumn',
    ],
    ['constant columns alone', { columns: ['flat', 'even'] }, 'dataset.constant', 'columns'],
    ['more clusters than rows', { k: 151 }, 'kmeans.k_above_rows', 'k'],
    ['a range upside down', { k: { min: 4, max: 3 } }, 'run.empty_range', 'k'],
    ['a range of more than a hundred', { k: { min: 2, max: 102 } }, 'run.range_too_wide', 'k'],
    ['a range beyond the rows', { k: { min: 151, max: 160 } }, 'kmeans.k_above_rows', 'k'],
    [
      'a weight for an unknown column',
      { columnWeights: { height: 2 } },
      'dataset.unknown_column',
      'columnWeights.height',
    ],
    [
      'a weight for a text column',
      { columnWeights: { species: 2 } },
      'dataset.unknown_column',
      'columnWeights.species',
    ],
  ] as const)('refuses %s', (_, fields, code, path) => {
    const error = refusal(fields as Partial<CreateRunDto>);
    expect(error).toMatchObject({ kind: 'impossible', code });
    expect(error.errors?.map((field) => field.path)).toEqual([path]);
  });

  it('says which columns there are when one is unknown', () => {
    expect(refusal({ columns: ['height'] }).message).toMatch(/"height".*"flower", "length".* and 4 more/);
  });

  it('refuses data without a numeric column', () => {
    const texts = { rowCount: 5, columns: [{ name: 'species', type: 'category' }] };
    expect(refusal({}, texts)).toMatchObject({ code: 'run.no_numeric_columns' });
  });

  it('accepts a constant column beside one that varies, and one that the profile knows nothing of', () => {
    expect(planRun(request({ columns: ['flat', 'length'] }), DATASET).columns).toEqual(['flat', 'length']);
    expect(planRun(request({ columns: ['empty'] }), DATASET).columns).toEqual(['empty']);
  });

  it('accepts a range whose upper end alone is beyond the rows', () => {
    const k = { min: 100, max: 160 };
    expect(planRun(request({ k }), DATASET).k).toEqual(k);
  });

  it('accepts as many clusters as rows', () => {
    expect(planRun(request({ k: 150 }), DATASET).k).toBe(150);
  });
});
