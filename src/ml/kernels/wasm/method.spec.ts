import { describe, expect, it } from '@jest/globals';
import { Generator } from '../../kmeans/generator.js';
import { fit } from '../../kmeans/fit.js';
import type { Matrix } from '../../types.js';
import { alone } from '../choose.js';
import { methodFor } from './method.js';

const GIB = 2 ** 30;

describe('the way of a training', () => {
  it.each([
    [100_000, 16, 1, 4 * GIB, 'lloyd', /one cluster/],
    [100_000, 4, 50, 4 * GIB, 'hamerly', /4 columns/],
    [100_000, 31, 256, 4 * GIB, 'hamerly', /31 columns/],
    [100_000, 32, 39, 4 * GIB, 'hamerly', /32 columns/],
    [100_000, 32, 40, 4 * GIB, 'yinyang', /40 clusters/],
    [100_000, 127, 512, 4 * GIB, 'yinyang', /512 clusters/],
    [100_000, 64, 513, 4 * GIB, 'hamerly', /64 columns/],
    [100_000, 128, 2, 4 * GIB, 'elkan', /128 columns/],
    [1_000_000, 784, 1000, 1 * GIB, 'hamerly', /do not fit/],
    [1_000_000, 64, 256, 2 ** 25, 'hamerly', /64 columns/],
    [1_000_000, 64, 256, 2 ** 20, 'lloyd', /no room/],
  ])('of %i rows, %i columns, %i clusters in %i bytes is %s', (rows, columns, k, room, name, why) => {
    const { algorithm } = methodFor(rows, columns, k, room);
    expect(algorithm.name).toBe(name);
    expect(algorithm.why).toMatch(why);
  });

  it.each([
    [3, 400, 5, 'filtering'],
    [3, 99, 5, 'hamerly'],
    [4, 400, 5, 'hamerly'],
    [64, 400, 40, 'yinyang'],
    [130, 400, 5, 'elkan'],
    [130, 400, 1, 'lloyd'],
  ])('is told with the result: %i columns, %i rows, k %i', (columns, rows, k, name) => {
    const generator = new Generator(rows, columns);
    const data = Float64Array.from({ length: rows * columns }, () => generator.uniform());
    const matrix: Matrix = { data, rows, columns };
    const hooks = { interrupt: () => undefined, progress: null };
    const { algorithm } = alone(() => fit(matrix, { k }, hooks));
    expect(algorithm.name).toBe(name);
    expect(algorithm.why.length).toBeGreaterThan(20);
  });
});
