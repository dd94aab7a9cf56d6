import { describe, expect, it } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import type { Matrix } from '../types.js';
import { stability } from './stability.js';

const HOOKS = { interrupt: () => undefined, progress: null };

function table(rows: number, row: (i: number, generator: Generator) => number[]): Matrix {
  const generator = new Generator(7, 1);
  const values = Array.from({ length: rows }, (_, i) => row(i, generator));
  return { data: Float64Array.from(values.flat()), rows, columns: values[0].length };
}

const CENTERS = [
  [0, 0],
  [10, 0],
  [5, 9],
];
const GROUPS = table(300, (i, generator) => CENTERS[i % 3].map((value) => value + generator.uniform()));
const UNIFORM = table(2000, (_, generator) => [generator.uniform(), generator.uniform()]);

describe('stability', () => {
  it('is 1 for the clusters that are there, and lower for those that are not', () => {
    const { values, rows } = stability(GROUPS, { ks: [1, 3, 6], seed: 1 }, HOOKS);
    expect(rows).toBe(300);
    expect(values[0]).toBeNaN();
    expect(values[1]).toBe(1);
    expect(values[2]).toBeLessThan(0.9);
  });

  it('is low where there are no clusters', () => {
    const { values } = stability(UNIFORM, { ks: [7], seed: 1 }, HOOKS);
    expect(values[0]).toBeLessThan(0.8);
    expect(values[0]).toBeGreaterThan(0);
  });

  it('is the same for the same seed, on a sample of the size asked for', () => {
    const options = { ks: [2, 5], seed: 3, rows: 200, splits: 2 };
    const first = stability(UNIFORM, options, HOOKS);
    expect(first.rows).toBe(200);
    expect(stability(UNIFORM, options, HOOKS)).toEqual(first);
    expect(stability(UNIFORM, { ...options, seed: 4 }, HOOKS)).not.toEqual(first);
  });

  it('is undefined where half of the rows have not so many clusters', () => {
    const matrix = table(40, (i) => [i % 2]);
    expect([...stability(matrix, { ks: [2, 3, 25], seed: 1 }, HOOKS).values]).toEqual([1, NaN, NaN]);
  });

  it('goes by directions under cosine, and by weights where rows have them', () => {
    const far = table(200, (i, generator) => {
      const length = 1 + 99 * generator.uniform();
      return i % 2 === 0 ? [length, 0.01 * generator.uniform()] : [0.01 * generator.uniform(), length];
    });
    expect(stability(far, { ks: [2], metric: 'cosine' }, HOOKS).values[0]).toBe(1);
    // Without its weight a single far row draws a centre to itself.
    const weights = Float64Array.from({ length: GROUPS.rows }, () => 1);
    weights[0] = 0;
    const outlying: Matrix = { ...GROUPS, data: GROUPS.data.slice() };
    outlying.data.set([1e6, 1e6]);
    expect(stability(outlying, { ks: [3], weights }, HOOKS).values[0]).toBeGreaterThan(0.98);
    expect(stability(outlying, { ks: [3] }, HOOKS).values[0]).toBeLessThan(0.9);
  });
});
