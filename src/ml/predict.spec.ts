import { afterAll, describe, expect, it } from '@jest/globals';
import type { Worker } from 'node:worker_threads';
import { KMeansService } from './kmeans.service.js';
import type { Matrix } from './types.js';
import { Generator } from './kmeans/generator.js';
import { predict } from './kmeans/predict.js';

const engine = new KMeansService({ threads: 2 });
afterAll(() => engine.close());

function table(rows: number, columns: number, seed = 1): Matrix {
  const generator = new Generator(seed, 9);
  return { data: Float32Array.from({ length: rows * columns }, () => generator.uniform()), rows, columns };
}

/** On this thread, in plain arithmetic. */
function expected(matrix: Matrix, centers: Matrix) {
  return predict(matrix, centers, { detail: 'nearest' }, { interrupt: () => undefined, progress: null });
}

describe('prediction while the rows are on their way', () => {
  const centers = table(20, 40, 2);
  // 16 MB, which the event loop turns over several times.
  const matrix = table(100_000, 40);

  it('gives what plain arithmetic gives, with and without distances', async () => {
    const some: Matrix = { data: matrix.data.subarray(0, 40 * 30_000), rows: 30_000, columns: 40 };
    const plain = expected(some, centers);
    const nearest = await engine.predict(some, centers, { detail: 'nearest' });
    expect(nearest.labels).toEqual(plain.labels);
    expect(nearest.distances).toEqual(plain.distances);
    const labels = await engine.predict(some, centers, { detail: 'labels' });
    expect(labels).toEqual({
      labels: plain.labels,
      distances: new Float64Array(),
      runnerUps: null,
      runnerUpDistances: null,
    });
    const both = await engine.predict(some, centers);
    expect(both.labels).toEqual(plain.labels);
    expect(both.distances).toEqual(plain.distances);
  });

  it('hands out arrays that the next call leaves alone', async () => {
    const first = await engine.predict(matrix, centers, { detail: 'nearest' });
    const copy = first.labels.slice();
    await engine.predict(table(100_000, 40, 3), centers, { detail: 'labels' });
    expect(first.labels.buffer).toBeInstanceOf(ArrayBuffer);
    expect(first.labels).toEqual(copy);
  });

  it('names the row and column of a value that is not finite, wherever it is', async () => {
    for (const [row, column] of [
      [0, 0],
      [50_001, 3],
      [99_999, 39],
    ] as const) {
      const data = matrix.data.slice();
      data[row * 40 + column] = NaN;
      await expect(engine.predict({ ...matrix, data }, centers, { detail: 'labels' })).rejects.toMatchObject({
        code: 'kmeans.not_finite',
        details: { row, column },
      });
    }
  });

  it('measures rows far out, and spaces that have to be scaled', async () => {
    const data = Float64Array.from(matrix.data.subarray(0, 40 * 5000));
    data[40 * 4000] = 1e200;
    const far: Matrix = { data, rows: 5000, columns: 40 };
    expect(await engine.predict(far, centers, { detail: 'nearest' })).toEqual(expected(far, centers));
    const tiny: Matrix = { ...centers, data: Float64Array.from(centers.data, (value) => value * 1e-200) };
    const small: Matrix = { ...far, data: far.data.map((value) => value * 1e-200) };
    expect((await engine.predict(small, tiny, { detail: 'labels' })).labels).toEqual(expected(far, centers).labels);
    const origin: Matrix = { data: new Float64Array(80), rows: 2, columns: 40 };
    expect(await engine.predict(far, origin, { detail: 'nearest' })).toEqual(expected(far, origin));
  });

  it('goes on with the next call after one was given up while its rows were copied', async () => {
    const plain = await engine.predict(matrix, centers, { detail: 'nearest' });
    for (const delay of [0, 1, 2, 4]) {
      const control = new AbortController();
      const lost = engine.predict(matrix, centers, { detail: 'labels', signal: control.signal });
      const next = engine.predict(matrix, centers, { detail: 'nearest' });
      setTimeout(() => {
        control.abort();
      }, delay);
      // It may have been done before it was given up.
      const [outcome] = await Promise.allSettled([lost]);
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'kmeans.aborted' });
      else expect(outcome.value.labels).toEqual(plain.labels);
      expect(await next).toEqual(plain);
    }
  });
});

describe('prediction with centres that were asked for before', () => {
  const matrix = table(40_000, 3);
  const centers = table(50, 3, 2);
  const plain = expected(matrix, centers).labels;
  const labels = async (of = matrix, by = centers) => (await engine.predict(of, by, { detail: 'labels' })).labels;

  it('gives the same after other rows, other centres, and centres that were written to', async () => {
    expect(await labels()).toEqual(plain);
    const far: Matrix = { ...matrix, data: matrix.data.map((value) => value * 50 - 20) };
    expect(await labels(far)).toEqual(expected(far, centers).labels);
    const moving: Matrix = { ...centers, data: centers.data.slice() };
    expect(await labels(matrix, moving)).toEqual(plain);
    moving.data.set(moving.data.subarray(0, 3), 6);
    expect(await labels(matrix, moving)).toEqual(expected(matrix, moving).labels);
    const huge = [matrix, centers].map((one) => ({ ...one, data: Float64Array.from(one.data, (x) => x * 2 ** 300) }));
    expect(await labels(...(huge as [Matrix, Matrix]))).toEqual(plain);
    expect(await labels()).toEqual(plain);
  });

  it('gives the same after calls of other kinds, and after one that was given up', async () => {
    expect(await labels()).toEqual(plain);
    const wide = table(80_000, 40);
    await engine.predict(wide, table(20, 40), { detail: 'labels' });
    expect(await labels()).toEqual(plain);
    await engine.project(wide, {});
    expect(await labels()).toEqual(plain);
    const shared = new Float32Array(new SharedArrayBuffer(4 * matrix.data.length));
    shared.set(matrix.data);
    expect(await labels({ ...matrix, data: shared })).toEqual(plain);
    for (const job of [engine.project.bind(engine, wide), engine.predict.bind(engine, wide, table(20, 40))]) {
      expect(await labels()).toEqual(plain);
      const control = new AbortController();
      const lost = job({ signal: control.signal });
      setImmediate(() => {
        control.abort();
      });
      await expect(lost).rejects.toMatchObject({ code: 'kmeans.aborted' });
      expect(await labels()).toEqual(plain);
    }
  });

  it.each([0, 1])('gives the same after thread %i died', async (rank) => {
    expect(await labels()).toEqual(plain);
    const team = Reflect.get(Reflect.get(engine, 'queries') as object, 'team') as object;
    await (Reflect.get(team, 'workers') as Worker[])[rank].terminate();
    expect(await labels()).toEqual(plain);
    expect(await labels()).toEqual(plain);
  });
});
