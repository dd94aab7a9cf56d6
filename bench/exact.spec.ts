import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exact, median } from './exact.js';

/** The definition, word by word. */
function bruteForce(X: Float64Array, d: number, C: Float64Array): number[] {
  return Array.from({ length: X.length / d }, (_, i) => {
    const d2 = Array.from({ length: C.length / d }, (_, c) =>
      Array.from({ length: d }, (_, j) => (X[i * d + j] - C[c * d + j]) ** 2).reduce((sum, square) => sum + square, 0),
    );
    return d2.indexOf(Math.min(...d2));
  });
}

describe('the measure that all contenders are judged by', () => {
  it('finds the nearest centre, the lowest of equals, whatever the guess', () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 35 }),
      fc.integer({ min: 1, max: 6 }),
    );
    fc.assert(
      fc.property(
        shape.chain(([n, d, k]) =>
          fc.tuple(
            fc.constant(d),
            // Few distinct values: ties are common.
            fc.array(fc.integer({ min: -2, max: 2 }), { minLength: n * d, maxLength: n * d }),
            fc.array(fc.integer({ min: -2, max: 2 }), { minLength: k * d, maxLength: k * d }),
            fc.array(fc.integer({ min: -1, max: k }), { minLength: n, maxLength: n }),
          ),
        ),
        ([d, rows, centers, guess]) => {
          const X = Float64Array.from(rows);
          const C = Float64Array.from(centers);
          const want = bruteForce(X, d, C);
          expect(Array.from(exact(X, d, C).labels)).toEqual(want);
          expect(Array.from(exact(X, d, C, Int32Array.from(guess)).labels)).toEqual(want);
        },
      ),
    );
  });

  it('sums the squared distances, and no row goes to a centre that is not finite', () => {
    const answer = exact(Float32Array.from([0, 0, 3, 4]), 2, Float64Array.from([NaN, 0, 0, 1]));
    expect(answer).toEqual({ labels: Int32Array.from([1, 1]), inertia: 1 + 18 });
  });

  it('takes the median of odd and even counts', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
