import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTable } from '../../../test/support/golden.js';
import { fit, type Hooks } from '../kmeans/fit.js';
import { type Matrix, SILHOUETTE_PERCENTILES } from '../types.js';
import { evaluate } from './evaluate.js';

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };

/** Rousseeuw's definition, word for word. */
function silhouetteOf({ data, rows, columns }: Matrix, labels: Int32Array, i: number): number {
  const apart = (j: number): number => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (data[i * columns + c] - data[j * columns + c]) ** 2;
    return Math.sqrt(sum);
  };
  const means = new Map<number, number[]>();
  for (let j = 0; j < rows; j++) if (j !== i) means.set(labels[j], [...(means.get(labels[j]) ?? []), apart(j)]);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const own = means.get(labels[i]);
  if (own === undefined) return 0;
  means.delete(labels[i]);
  const a = mean(own);
  const b = Math.min(...Array.from(means.values(), mean));
  return Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
}

describe('evaluate', () => {
  it('takes the silhouette as it is defined', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 2, max: 5 }),
        fc.infiniteStream(fc.integer({ min: -4, max: 4 })),
        fc.infiniteStream(fc.nat(4)),
        (rows, columns, k, values, drawn) => {
          const matrix = { data: Float64Array.from([...values.take(rows * columns)]), rows, columns };
          const labels = Int32Array.from([...drawn.take(rows)], (label) => label % k);
          const centers = { data: new Float64Array(k * columns), rows: k, columns };
          const found = evaluate(matrix, { centers, labels }, HOOKS);
          const present = new Set(labels).size;
          if (present < 2 || present === rows) {
            expect(found).toMatchObject({
              silhouette: null,
              silhouetteRows: 0,
              calinskiHarabasz: null,
              daviesBouldin: null,
            });
            return;
          }
          const each = Array.from(labels, (_, i) => silhouetteOf(matrix, labels, i));
          expect(found.silhouette).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / rows, 12);
          for (let c = 0; c < k; c++) {
            const own = each.filter((_, i) => labels[i] === c);
            const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
            const points = SILHOUETTE_PERCENTILES.length;
            const curve = found.silhouettePercentiles.subarray(c * points, (c + 1) * points);
            if (own.length === 0) {
              expect(found.silhouettes[c]).toBeNaN();
              expect(curve.every(Number.isNaN)).toBe(true);
              continue;
            }
            expect(found.silhouettes[c]).toBeCloseTo(mean, 12);
            const sorted = own.toSorted((a, b) => a - b);
            SILHOUETTE_PERCENTILES.forEach((percentile, p) => {
              const at = ((own.length - 1) * percentile) / 100;
              const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
              expect(curve[p]).toBeCloseTo(low + (high - low) * (at - Math.floor(at)), 12);
            });
          }
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('samples the silhouette above its limit, says how many rows, and comes close', () => {
    const { matrix } = readTable('digits.csv');
    const { labels, centers: data } = fit(matrix, { k: 10 }, HOOKS);
    const centers = { data, rows: 10, columns: matrix.columns };
    const whole = evaluate(matrix, { centers, labels }, HOOKS);
    const sampled = evaluate(matrix, { centers, labels, silhouetteRows: 900, seed: 5 }, HOOKS);
    expect(whole.silhouetteRows).toBe(1797);
    expect(sampled.silhouetteRows).toBe(900);
    expect(Math.abs(sampled.silhouette! - whole.silhouette!)).toBeLessThan(0.02);
    expect(sampled.silhouette).not.toBe(whole.silhouette);
    expect(evaluate(matrix, { centers, labels, silhouetteRows: 900, seed: 5 }, HOOKS)).toEqual(sampled);
    expect(evaluate(matrix, { centers, labels, silhouetteRows: 0 }, HOOKS).silhouette).toBeNull();
  });

  it('tells sizes, radii and percentiles of the distances as numpy would', () => {
    const matrix = { data: Float64Array.from([0, 1, 2, 3, 4, 10, 13]), rows: 7, columns: 1 };
    const labels = Int32Array.from([0, 0, 0, 0, 0, 1, 1]);
    const centers = { data: Float64Array.from([0, 10, 50]), rows: 3, columns: 1 };
    const found = evaluate(matrix, { centers, labels, percentiles: [0, 50, 99, 100] }, HOOKS);
    expect(Array.from(found.sizes)).toEqual([5, 2, 0]);
    expect(Array.from(found.radii)).toEqual([4, 3, 0]);
    expect(Array.from(found.meanDistances)).toEqual([2, 1.5, 0]);
    expect(found.inertia).toBe(1 + 4 + 9 + 16 + 9);
    expect(Array.from(found.distancePercentiles)).toEqual([
      0,
      2,
      3.96,
      4,
      0,
      1.5,
      2.9699999999999998,
      3,
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });

  it.each([-900, -30, 30, 900])('scores data times 2^%i the same', (exponent) => {
    const { matrix } = readTable('iris.csv');
    const { labels, centers: data } = fit(matrix, { k: 3 }, HOOKS);
    const times = (values: Float32Array | Float64Array): Float64Array =>
      Float64Array.from(values, (value) => value * 2 ** exponent);
    const found = evaluate(matrix, { labels, centers: { data, rows: 3, columns: 4 } }, HOOKS);
    const other = evaluate(
      { ...matrix, data: times(matrix.data) },
      { labels, centers: { data: times(data), rows: 3, columns: 4 } },
      HOOKS,
    );
    const { silhouette, calinskiHarabasz, daviesBouldin, silhouettes, silhouettePercentiles } = found;
    expect(other).toMatchObject({
      silhouette,
      calinskiHarabasz,
      daviesBouldin,
      silhouettes,
      silhouettePercentiles,
    });
    expect(other.radii).toEqual(times(found.radii));
    expect(other.distancePercentiles).toEqual(times(found.distancePercentiles));
    expect(other.inertia).toBe(exponent === 900 ? null : found.inertia! * 2 ** exponent * 2 ** exponent);
  });
});
