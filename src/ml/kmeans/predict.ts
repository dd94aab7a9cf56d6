import { EngineError } from '../errors.js';
import { createKernel } from '../kernels/choose.js';
import type { NearestTwo } from '../kernels/kernel.js';
import type { Matrix, PredictOptions, PredictResult, TransformOptions } from '../types.js';
import type { Hooks } from './fit.js';
import { centersIntoSpace, exponentOf, openSpace, spaceExponent, timesPowerOfTwo, type Space } from './space.js';

export type PredictJobOptions = Omit<PredictOptions, 'signal'>;
export type TransformJobOptions = Omit<TransformOptions, 'signal'>;

/** Rows so many powers of two above every centre are measured in a space of their own, lest their squares overflow. */
const FAR = 400;

/** Nearest and second nearest centre of every row. A row's answer does not depend on the rows beside it. */
export function predict(matrix: Matrix, centers: Matrix, options: PredictJobOptions, hooks: Hooks): PredictResult {
  const { metric = 'euclidean', detail = 'runner-up' } = options;
  const { rows } = matrix;
  const result = {
    labels: new Int32Array(rows),
    distances: new Float64Array(rows),
    runnerUps: detail === 'nearest' ? null : new Int32Array(rows),
    runnerUpDistances: detail === 'nearest' ? null : new Float64Array(rows),
  };
  forEachSpace(matrix, centers, metric, hooks, (space, numbers) => {
    const kernel = createKernel(space.input);
    const scaled = centersIntoSpace(centers, space);
    const n = kernel.rows;
    const near: NearestTwo = {
      labels: new Int32Array(n),
      distances: new Float64Array(n),
      runnerUps: new Int32Array(detail === 'nearest' ? 0 : n),
      runnerUpDistances: new Float64Array(detail === 'nearest' ? 0 : n),
    };
    try {
      if (detail === 'nearest') {
        kernel.nearest(scaled, centers.rows, near.labels);
        kernel.distances(scaled, near.labels, near.distances);
      } else {
        kernel.nearestTwo(scaled, centers.rows, near);
      }
    } finally {
      kernel.close();
    }
    for (let i = 0; i < n; i++) {
      const row = numbers?.[i] ?? i;
      result.labels[row] = near.labels[i]!;
      result.distances[row] = lengthOutOfSpace(near.distances[i], space, row);
      if (result.runnerUps === null) continue;
      const second = near.runnerUps[i];
      result.runnerUps[row] = second;
      result.runnerUpDistances![row] = second < 0 ? Infinity : lengthOutOfSpace(near.runnerUpDistances[i], space, row);
    }
  });
  return result;
}

/** Distances of every row to every centre, `rows x k`. */
export function transform(matrix: Matrix, centers: Matrix, options: TransformJobOptions, hooks: Hooks): Float64Array {
  const k = centers.rows;
  const distances = new Float64Array(matrix.rows * k);
  forEachSpace(matrix, centers, options.metric ?? 'euclidean', hooks, (space, numbers) => {
    const kernel = createKernel(space.input);
    const out = numbers === null ? distances : new Float64Array(kernel.rows * k);
    try {
      kernel.transform(centersIntoSpace(centers, space), k, out);
    } finally {
      kernel.close();
    }
    for (let i = 0; i < kernel.rows; i++) {
      const row = numbers?.[i] ?? i;
      for (let c = 0; c < k; c++) distances[row * k + c] = lengthOutOfSpace(out[i * k + c], space, row);
    }
  });
  return distances;
}

/**
 * Opens the space that the centres set, for all rows at once (`numbers` is null); if some rows lie too far out for it,
 * one for the rest and one for each of those.
 */
function forEachSpace(
  matrix: Matrix,
  centers: Matrix,
  metric: Space['metric'],
  hooks: Hooks,
  visit: (space: Space, numbers: Int32Array | null) => void,
): void {
  const { data, rows, columns } = matrix;
  const whole = openSpace(matrix, metric, undefined, hooks.interrupt);
  if (metric === 'cosine') {
    visit(whole, null);
    return;
  }
  const largest = magnitude(centers.data);
  const exponent = largest === 0 ? Math.min(0, whole.exponent) : spaceExponent(largest);
  if (whole.exponent <= exponent + FAR) {
    visit(atExponent(whole, exponent), null);
    return;
  }
  const near: number[] = [];
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    if (exponentOf(magnitude(row)) <= exponent + FAR) near.push(i);
    else visit(openSpace({ data: row, rows: 1, columns }, metric, undefined, hooks.interrupt), Int32Array.of(i));
  }
  if (near.length === 0) return;
  const rest = new Float64Array(near.length * columns);
  near.forEach((i, to) => {
    rest.set(data.subarray(i * columns, (i + 1) * columns), to * columns);
  });
  const space = openSpace({ data: rest, rows: near.length, columns }, metric, undefined, hooks.interrupt);
  visit(atExponent(space, exponent), Int32Array.from(near));
}

function atExponent(space: Space, exponent: number): Space {
  return { ...space, exponent, input: { ...space.input, exponent } };
}

function lengthOutOfSpace(squared: number, space: Space, row: number): number {
  const length = timesPowerOfTwo(Math.sqrt(squared), space.exponent);
  if (!Number.isFinite(length)) {
    throw new EngineError('kmeans.out_of_range', `The distance of row ${row} to a centre is beyond float64.`, { row });
  }
  return length;
}

function magnitude(values: Float32Array | Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
