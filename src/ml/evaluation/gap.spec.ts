import { describe, expect, it } from '@jest/globals';
import { Generator } from '../kmeans/generator.js';
import type { Matrix } from '../types.js';
import { gap } from './gap.js';

const HOOKS = { interrupt: () => undefined, progress: null };
const KS = [1, 2, 3, 4, 5];

function table(rows: number, row: (i: number, generator: Generator) => number[]): Matrix {
  const generator = new Generator(7, 1);
  const values = Array.from({ length: rows }, (_, i) => row(i, generator));
  return { data: Float64Array.from(values.flat()), rows, columns: values[0].length };
}

describe('gap', () => {
  it('peaks where the clusters are', () => {
    const centers = [
      [0, 0],
      [10, 0],
      [5, 9],
    ];
    const matrix = table(300, (i, generator) => centers[i % 3].map((value) => value + generator.uniform()));
    const { values, rows } = gap(matrix, { ks: KS, seed: 1 }, HOOKS);
    expect(rows).toBe(300);
    expect(values.indexOf(Math.max(...values))).toBe(2);
  });

  it('is near 0 for data that are uniform themselves', () => {
    const matrix = table(1000, (_, generator) => [generator.uniform(), generator.uniform()]);
    const { values, errors } = gap(matrix, { ks: KS, seed: 1 }, HOOKS);
    for (const value of values) expect(Math.abs(value)).toBeLessThan(0.1);
    for (const error of errors) expect(error).toBeLessThan(0.1);
  });

  it('is the same for the same seed, on a sample of the size asked for', () => {
    const matrix = table(500, (_, generator) => [generator.uniform(), generator.uniform()]);
    const options = { ks: KS, seed: 3, rows: 100 };
    const first = gap(matrix, options, HOOKS);
    expect(first.rows).toBe(100);
    expect(gap(matrix, options, HOOKS)).toEqual(first);
    expect(gap(matrix, { ...options, seed: 4 }, HOOKS)).not.toEqual(first);
  });

  it('is undefined where the rows have not so many clusters', () => {
    const matrix = table(40, (i) => [i % 2]);
    const { values } = gap(matrix, { ks: [1, 2, 3], seed: 1 }, HOOKS);
    expect(Number.isFinite(values[0])).toBe(true);
    expect([...values.subarray(1)]).toEqual([NaN, NaN]);
  });
});
