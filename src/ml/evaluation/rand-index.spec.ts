import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adjustedRandIndex } from './rand-index.js';

/** As many labels below m as wanted, in a fixed disorder. */
const labels = (n: number, m: number, step: number): number[] =>
  Array.from({ length: n }, (_, i) => ((i * step) % 101) % m);

describe('adjustedRandIndex', () => {
  // By sklearn.metrics.adjusted_rand_score of scikit-learn 1.2.1.
  it.each<[number[], number[], number]>([
    [[0, 0, 1, 1], [0, 0, 1, 1], 1],
    [[0, 0, 1, 1], [1, 1, 0, 0], 1],
    [[0, 0, 1, 2], [0, 0, 1, 1], 0.5714285714285714],
    [[0, 0, 0, 0], [0, 1, 2, 3], 0],
    [[0, 0, 0, 0], [0, 0, 0, 0], 1],
    [[0, 1, 2, 3], [0, 1, 2, 3], 1],
    [[0, 1, 0, 1], [0, 0, 1, 1], -0.5],
    [labels(500, 4, 17), labels(500, 7, 23), 0.31365885796721005],
    [
      Array.from({ length: 300 }, (_, i) => Math.floor(i / 50)),
      Array.from({ length: 300 }, (_, i) => Math.floor((i + 20) / 50)),
      0.44480081026333557,
    ],
  ])('is what scikit-learn says (%#)', (a, b, expected) => {
    expect(adjustedRandIndex(a, b)).toBeCloseTo(expected, 14);
  });

  it('is the same the other way round, and whatever the numbers of the clusters', () => {
    const label = fc.integer({ min: 0, max: 4 });
    const rows = fc.array(fc.tuple(label, label), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (pairs, shift) => {
        const [a, b] = [pairs.map(([left]) => left), pairs.map(([, right]) => right)];
        const index = adjustedRandIndex(a, b);
        expect(adjustedRandIndex(b, a)).toBeCloseTo(index, 12);
        expect(adjustedRandIndex(a, b.map((value) => 40 - shift * value))).toBeCloseTo(index, 12); // prettier-ignore
        expect(index).toBeLessThanOrEqual(1);
      }),
    );
  });
});
