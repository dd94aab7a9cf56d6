import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KMeansService } from '../ml/kmeans.service.js';
import type { Matrix } from '../ml/types.js';
import { findNearest, findNearestHere } from './nearest.js';

const engine = new KMeansService();
afterAll(() => engine.close());

/** A matrix of halves and thirds: ties and near ties are common. */
function matrices(): fc.Arbitrary<{ rows: Matrix; centers: Matrix }> {
  const value = fc.oneof(
    fc.integer({ min: -6, max: 6 }).map((n) => n / 2),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(1 / 3, 1e-12, 1e12, 0.1 + 0.2),
  );
  const matrix = (rows: number, columns: number): fc.Arbitrary<Matrix> =>
    fc
      .array(value, { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => ({ data: Float64Array.from(values), rows, columns }));
  return fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, k, columns]) => fc.record({ rows: matrix(rows, columns), centers: matrix(k, columns) }));
}

describe('findNearest', () => {
  it('answers on the calling thread what the engine answers, to the bit', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(matrices(), async ({ rows, centers }) => {
        const here = findNearestHere(rows, centers, true);
        if (!here) return;
        compared++;
        const engineNear = await engine.predict(rows, centers, { detail: 'runner-up' });
        expect(here.labels).toEqual(engineNear.labels);
        expect(here.distances).toEqual(engineNear.distances);
        expect(here.runnerUps).toEqual(engineNear.runnerUps);
        expect(here.runnerUpDistances).toEqual(engineNear.runnerUpDistances);
        expect(here.all).toEqual(await engine.transform(rows, centers));
      }),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(150);
  });

  it('gives a row the same bits alone and in bulk', async () => {
    await fc.assert(
      fc.asyncProperty(matrices(), async ({ rows, centers }) => {
        const bulk = await findNearest(engine, rows, centers, 'euclidean', true);
        const { columns } = rows;
        const k = centers.rows;
        for (let i = 0; i < rows.rows; i++) {
          const row = { data: rows.data.slice(i * columns, (i + 1) * columns), rows: 1, columns };
          const alone = await findNearest(engine, row, centers, 'euclidean', true);
          expect(alone.labels[0]).toBe(bulk.labels[i]);
          expect(alone.distances[0]).toBe(bulk.distances[i]);
          expect(alone.runnerUps[0]).toBe(bulk.runnerUps[i]);
          expect(alone.runnerUpDistances[0]).toBe(bulk.runnerUpDistances[i]);
          expect(alone.all).toEqual(bulk.all?.slice(i * k, (i + 1) * k));
        }
      }),
    );
  });

  it('leaves what could overflow, underflow or vanish to the engine, which measures it', async () => {
    const centers: Matrix = { data: Float64Array.of(1e300, 2e300), rows: 2, columns: 1 };
    const rows: Matrix = { data: Float64Array.of(1.2e300), rows: 1, columns: 1 };
    expect(findNearestHere(rows, centers, false)).toBeNull();
    const near = await findNearest(engine, rows, centers, 'euclidean', false);
    expect([...near.labels, ...near.runnerUps]).toEqual([0, 1]);
    expect(near.distances[0]).toBeCloseTo(2e299, -290);
    const tiny = { data: Float64Array.of(1e-300, 3e-300), rows: 2, columns: 1 };
    const at = { data: Float64Array.of(1.5e-300), rows: 1, columns: 1 };
    expect(findNearestHere(at, tiny, false)).toBeNull();
    expect((await findNearest(engine, at, tiny, 'euclidean', false)).distances[0]).toBeGreaterThan(0);
  });
});
