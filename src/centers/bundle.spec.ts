import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitPreparation, invertPreparation } from '../ml/preparation/preparation.js';
import type { MissingRule, ScalingRule } from '../ml/preparation/types.js';
import { type Bundle, readBundle, toBundle } from './bundle.js';
import { readImport } from './centers-import.js';
import { Centers } from './centers.entity.js';
import { InvalidCentersError } from './centers.errors.js';
import { withoutNegativeZeros } from './floats.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e150, max: 1e150 });

/** Centers as training would have stored them, from any table. */
const stored: fc.Arbitrary<Centers> = fc
  .record({
    table: fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 4 })).chain(([rows, columns]) =>
      fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: rows, maxLength: rows }), {
        minLength: columns,
        maxLength: columns,
      }),
    ),
    missing: fc.constantFrom<MissingRule>('error', 'drop', 'mean'),
    scaling: fc.constantFrom<ScalingRule>('none', 'standard', 'min-max', 'robust'),
    numbers: fc.array(finite, { minLength: 8, maxLength: 8 }),
    name: fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => !text.includes('\0')),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  })
  .filter(({ table }) => table.some((column) => column.some((value) => value !== column[0])))
  .map(({ table, missing, scaling, numbers, name, seed }) => {
    const columns = table.map((_, j) => `column "${j}"`);
    const { preparation } = fitPreparation(
      columns.map((column, j) => ({ name: column, type: 'number', values: Float64Array.from(table[j]) })),
      { missing, scaling, columnWeights: { [columns[0]]: 1 / 3 } },
    );
    const k = 2;
    const trained = withoutNegativeZeros(
      Float64Array.from({ length: k * columns.length }, (_, i) => numbers[i % numbers.length] / 1e100),
    );
    const { data } = invertPreparation(preparation, { data: trained, rows: k, columns: columns.length });
    const fact = (i: number): number => Math.abs(numbers[i]);
    return {
      id: 'a',
      userId: 'b',
      chatId: 'c',
      runId: 'd',
      parentId: null,
      version: 7,
      createdAt: new Date(0),
      name,
      k,
      columns,
      values: withoutNegativeZeros(data),
      trained,
      metric: 'euclidean' as const,
      preparation,
      clusters: [
        {
          size: 3,
          meanDistance: fact(0),
          radius: fact(1),
          silhouette: -0.5,
          distancePercentiles: { '50': fact(2), '99': fact(3) },
          silhouettePercentiles: { '0': -1, '50': -0.5, '100': 0 },
        },
        { size: 0, meanDistance: 0, radius: 0, silhouette: null, distancePercentiles: null },
      ],
      statistics: withoutNegativeZeros(
        Float64Array.from({ length: 6 * columns.length }, (_, i) => Math.abs(numbers[i % numbers.length])),
      ),
      clusterNames: [null, name],
      idColumn: null,
      inertia: fact(4),
      metrics: { silhouette: 0.1 + 0.2, silhouetteRows: 3, calinskiHarabasz: fact(5), daviesBouldin: null },
      params: { k: 2, nested: { z: 1, a: [1, 2, fact(6)] } },
      seed,
      engineVersion: '1.0.0',
      datasetSha256: 'ab'.repeat(32),
      transitions: null,
    };
  });

const one = (): Bundle => toBundle(fc.sample(stored, { numRuns: 1, seed: 11 })[0]);
/** As it is after a trip through a file. */
const copy = (bundle: Bundle): Bundle => JSON.parse(JSON.stringify(bundle)) as Bundle;

describe('A bundle', () => {
  it('comes back to the bit from where it was taken to', async () => {
    await fc.assert(
      fc.asyncProperty(stored, async (centers) => {
        const text = JSON.stringify(toBundle(centers));
        const imported = await readImport(JSON.parse(text));
        expect(imported.values).toEqual(centers.values);
        expect(imported.trained).toEqual(centers.trained);
        expect(JSON.stringify(toBundle(Object.assign(new Centers(), centers, imported)))).toBe(text);
      }),
    );
  });

  it('may be written anew by other programs, with its keys in another order', () => {
    const reversed = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, inner]) => [key, reversed(inner)])
              .reverse(),
          )
        : value;
    expect(readBundle(reversed(copy(one())) as Bundle)).toEqual(one());
  });

  it('may be given other names', () => {
    const bundle = copy(one());
    bundle.name = 'Renamed';
    bundle.clusterNames = ['left', null];
    expect(readBundle(bundle).name).toBe('Renamed');
  });

  const at = (path: string) => expect.objectContaining({ errors: [expect.objectContaining({ path })] });

  it.each<[string, string, (bundle: Bundle & Record<string, unknown>) => void]>([
    ['an unknown field', 'colour', (b) => (b.colour = 1)],
    ['a missing field', 'trained', (b) => Reflect.deleteProperty(b, 'trained')],
    ['another format', 'format', (b) => Object.assign(b, { format: 'else' })],
    ['a value that is null', 'values.1.0', (b) => Object.assign(b.values[1], { 0: null })],
    ['a value that is text', 'trained.0.0', (b) => Object.assign(b.trained[0], { 0: 'NaN' })],
    ['a value beyond float64', 'trained.0.0', (b) => (b.trained[0][0] = Infinity)],
    [
      'a scale of zero',
      'preprocessing.steps.1.scale.0',
      (b) => Object.assign(b.preprocessing.steps[1], { scale: [0] }),
    ],
    ['a seed that is none', 'seed', (b) => (b.seed = -1)],
    ['a name with NUL', 'name', (b) => (b.name = 'a\0')],
    ['half a surrogate', 'columns.0', (b) => (b.columns[0] = '\ud800')],
    [
      'depth without end',
      'params.' + Array.from({ length: 15 }, () => 'a').join('.') + '.a',
      (b) => {
        let inner: Record<string, unknown> = {};
        for (let i = 0; i < 40; i++) inner = { a: inner };
        b.params = inner;
      },
    ],
  ])('is refused with %s', (_, path, edit) => {
    const bundle = copy(one());
    edit(bundle as Bundle & Record<string, unknown>);
    expect(() => readBundle(bundle)).toThrow(at(path));
  });

  it.each<[string, string, (bundle: Bundle) => void]>([
    ['one centre less', 'values', (b) => b.values.pop()],
    ['a long centre', 'trained.1', (b) => b.trained[1].push(1)],
    ['a name twice', 'columns', (b) => (b.columns[1] = b.columns[0])],
    ['a column renamed', 'preprocessing.columns', (b) => (b.columns[0] = 'else')],
    ['no steps', 'preprocessing.steps', (b) => Object.assign(b.preprocessing, { steps: [] })],
    ['cluster names missing', 'clusterNames', (b) => b.clusterNames.pop()],
    ['statistics of another width', 'statistics.mean', (b) => b.statistics?.mean.push(0)],
    ['statistics of one cluster', 'statistics.means', (b) => b.statistics?.means.pop()],
    ['clusters missing', 'clusters', (b) => b.clusters?.pop()],
    ['a short scale', 'preprocessing.steps.1.scale', (b) => Object.assign(b.preprocessing.steps[1], { scale: [] })],
  ])('is refused with %s', (_, path, edit) => {
    const bundle = copy(one());
    edit(bundle);
    expect(() => readBundle(bundle)).toThrow(InvalidCentersError);
    expect(() => readBundle(bundle)).toThrow(at(path));
  });

  it('is refused when a number was changed, for then it is another model under the same name', () => {
    const bundle = copy(one());
    bundle.trained[0][0] += 1;
    expect(() => readBundle(bundle)).toThrow(expect.objectContaining({ code: 'centers.bundle_altered' }));
  });

  it('of a newer version is refused as such, whatever else it holds', () => {
    const bundle = { ...one(), formatVersion: 2, more: true };
    expect(() => readBundle(bundle)).toThrow(expect.objectContaining({ code: 'centers.bundle_newer' }));
  });
});
