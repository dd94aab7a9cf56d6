import { describe, expect, it } from '@jest/globals';
import type { FieldError } from '../../common/errors.js';
import { InvalidRequestError, validationPipe } from '../../common/validation.js';
import { CreateRunDto } from './create-run.dto.js';

const DATASET_ID = '0190a000-0000-7000-8000-000000000000';

async function check(fields: Record<string, unknown>): Promise<CreateRunDto> {
  const body: unknown = { datasetId: DATASET_ID, k: 3, ...fields };
  return (await validationPipe().transform(body, { type: 'body', metatype: CreateRunDto })) as CreateRunDto;
}

async function wrongPlaces(fields: Record<string, unknown>): Promise<string[]> {
  const errors: FieldError[] = await check(fields).then(
    () => [],
    (error: unknown) => (error instanceof InvalidRequestError ? (error.errors ?? []) : Promise.reject(error as Error)),
  );
  return [...new Set(errors.map(({ path }) => path))];
}

describe('CreateRunDto', () => {
  it.each([
    {},
    { k: { min: 2, max: 8 } },
    { init: 'random' },
    { init: { centersId: DATASET_ID } },
    { columnWeights: { 'petal length': 0.5 } },
    { columns: ['a'], idColumn: 'b', weightColumn: 'c', nInit: 3, maxIterations: 1, tolerance: 0, seed: 2 ** 32 - 1 },
    { metric: 'cosine', scaling: 'min-max', missing: 'most-frequent' },
  ])('lets %j through as it is', async (fields) => {
    expect(await check(fields)).toMatchObject({ datasetId: DATASET_ID, k: 3, ...fields });
  });

  it.each([
    [
      'k',
      [0, -1, 2.5, '3', null, undefined, [3], 2 ** 24 + 1, {}, { min: 2 }, { min: 0, max: 3 }, { min: 2, max: '3' }],
    ],
    ['k', [{ min: 2, max: 3, step: 1 }]],
    ['datasetId', ['iris', 7, null, undefined]],
    ['columns', [[], 'a', ['a', 'a'], [''], [7], ['a\0'], ['x'.repeat(1001)]]],
    ['idColumn', ['', 7, 'a\0']],
    ['weightColumn', ['', 7]],
    ['init', ['kmeans', {}, { centersId: 'x' }, { centersId: DATASET_ID, more: 1 }, 7]],
    ['nInit', [0, 1.5, '3', 10_001]],
    ['maxIterations', [0, 1.5, '3']],
    ['tolerance', [-1, '0', Infinity]],
    ['seed', [-1, 0.5, 2 ** 32]],
    ['metric', ['manhattan']],
    ['scaling', ['log']],
    ['missing', ['guess']],
    ['columnWeights', [{ a: 0 }, { a: -1 }, { a: '1' }, { a: null }, [], 'a']],
    ['clusters', [3]],
  ])('refuses a wrong %s by name', async (field, values) => {
    for (const value of values) expect(await wrongPlaces({ [field]: value })).toEqual([field]);
  });
});
