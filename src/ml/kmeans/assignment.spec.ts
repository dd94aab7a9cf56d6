import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign } from './assignment.js';

function totalOf(costs: readonly number[][], columns: ArrayLike<number>): number {
  return costs.reduce((sum, row, i) => sum + row[columns[i]], 0);
}

function assigned(costs: readonly number[][]): Int32Array {
  return assign(costs.length, (row, out) => {
    out.set(costs[row]);
  });
}

function* permutations(n: number): Generator<number[]> {
  if (n === 0) yield [];
  else for (const rest of permutations(n - 1)) for (let at = 0; at < n; at++) yield rest.toSpliced(at, 0, n - 1);
}

const square = (largest: number, cost: fc.Arbitrary<number>): fc.Arbitrary<number[][]> =>
  fc
    .integer({ min: 1, max: largest })
    .chain((n) => fc.array(fc.array(cost, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }));

describe('assign', () => {
  it('costs no more than any other assignment', () => {
    fc.assert(
      fc.property(square(6, fc.integer({ min: -9, max: 9 })), (costs) => {
        const columns = assigned(costs);
        expect([...columns].sort((a, b) => a - b)).toEqual(costs.map((_, i) => i));
        const best = Math.min(...[...permutations(costs.length)].map((order) => totalOf(costs, order)));
        expect(totalOf(costs, columns)).toBe(best);
      }),
    );
  });

  it('gives every column away once and never gains by an exchange of two, at any size', () => {
    fc.assert(
      fc.property(square(40, fc.double({ min: 0, max: 1, noNaN: true })), (costs) => {
        const columns = assigned(costs);
        expect(new Set(columns).size).toBe(costs.length);
        for (let a = 0; a < costs.length; a++) {
          for (let b = 0; b < a; b++) {
            const now = costs[a][columns[a]] + costs[b][columns[b]];
            expect(costs[a][columns[b]] + costs[b][columns[a]]).toBeGreaterThanOrEqual(now - 1e-9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('finds what SciPy finds', () => {
    // scipy.optimize.linear_sum_assignment of the matrix (7 i^2 + 11 j^2 + 13 i j) mod 101, 8 x 8.
    const costs = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => (7 * i * i + 11 * j * j + 13 * i * j) % 101),
    );
    expect(totalOf(costs, assigned(costs))).toBe(92);
  });

  it('lets rows keep their own number where nothing is gained by another', () => {
    expect([...assigned([[1, 1], [1, 1]])]).toEqual([0, 1]); // prettier-ignore
    expect([...assigned([[2, 1], [1, 2]])]).toEqual([1, 0]); // prettier-ignore
  });

  it('ends when it is told to', () => {
    const stop = (): never => {
      throw new Error('stop');
    };
    expect(() => assign(2, () => undefined, stop)).toThrow('stop');
  });
});
