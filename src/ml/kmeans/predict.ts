import { createKernel } from '../kernels/choose.js';
import type { Detail, NearestTwo } from '../kernels/kernel.js';
import type { Matrix, PredictOptions, PredictResult, TransformOptions } from '../types.js';
import type { Hooks } from './fit.js';
import { CALM, centersIntoSpace, exponentOf, lengthOutOfSpace, openSpace, spaceExponent, type Space } from './space.js';

export type PredictJobOptions = Omit<PredictOptions, 'signal'>;
export type TransformJobOptions = Omit<TransformOptions, 'signal'>;

/** Rows so many powers of two above every centre are measured in a space of their own, lest their squares overflow. */
const FAR = 400;

/** Nearest and second nearest centre of every row. A row's answer does not depend on the rows beside it. */
export function predict(matrix: Matrix, centers: Matrix, options: PredictJobOptions, hooks: Hooks): PredictResult {
  const { metric = 'euclidean', detail = 'runner-up' } = options;
  if (metric === 'euclidean') {
    const found = predictUnseen(matrix, centers, detail, hooks);
    if (found !== null) return found;
  }
  const { rows } = matrix;
  const result = {
    labels: new Int32Array(rows),
    distances: new Float64Array(detail === 'labels' ? 0 : rows),
    runnerUps: detail === 'runner-up' ? new Int32Array(rows) : null,
    runnerUpDistances: detail === 'runner-up' ? new Float64Array(rows) : null,
  };
  forEachSpace(matrix, centers, metric, hooks, (space, numbers) => {
    const near = nearestIn(space, centers, detail);
    for (let i = 0; i < near.labels.length; i++) {
      const row = numbers?.[i] ?? i;
      result.labels[row] = near.labels[i]!;
      if (detail === 'labels') continue;
      result.distances[row] = lengthOutOfSpace(near.distances[i], space, row);
      if (result.runnerUps === null) continue;
      const second = near.runnerUps[i];
      result.runnerUps[row] = second;
      result.runnerUpDistances![row] = second < 0 ? Infinity : lengthOutOfSpace(near.runnerUpDistances[i], space, row);
    }
  });
  return result;
}

/**
 * The usual case in one pass over the rows, which may still be on their way: nothing has to be scaled. Null where that
 * turns out not to be so, or a value is not finite.
 */
function predictUnseen(matrix: Matrix, centers: Matrix, detail: Detail, hooks: Hooks): PredictResult | null {
  const largest = magnitude(centers.data);
  if (largest === 0 || spaceExponent(largest) !== 0) return null;
  const kernel = createKernel({ ...matrix, exponent: 0, weights: null, interrupt: hooks.interrupt });
  try {
    const found = kernel.nearestUnseen(new Float64Array(centers.data), centers.rows, detail);
    // Written so that what is not a number goes the other way.
    if (!(found.largest < 2 ** (FAR - CALM))) return null;
    const { labels, distances, runnerUps, runnerUpDistances } = found;
    if (detail === 'runner-up') return { labels, distances, runnerUps, runnerUpDistances };
    return { labels, distances, runnerUps: null, runnerUpDistances: null };
  } finally {
    kernel.close();
  }
}

function nearestIn(space: Space, centers: Matrix, detail: PredictOptions['detail']): NearestTwo {
  const kernel = createKernel(space.input);
  const { rows } = kernel;
  const scaled = centersIntoSpace(centers, space);
  const seconds = detail === 'runner-up' ? rows : 0;
  const near: NearestTwo = {
    labels: new Int32Array(rows),
    distances: new Float64Array(detail === 'labels' ? 0 : rows),
    runnerUps: new Int32Array(seconds),
    runnerUpDistances: new Float64Array(seconds),
  };
  try {
    if (detail === 'runner-up') {
      kernel.nearestTwo(scaled, centers.rows, near);
    } else {
      kernel.nearest(scaled, centers.rows, near.labels);
      if (detail === 'nearest') kernel.distances(scaled, near.labels, near.distances);
    }
  } finally {
    kernel.close();
  }
  return near;
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
 * Opens the space that the centres set, for all rows at once (`numbers` is null); if some rows do not fit into it, one
 * for the rest and one for each of those.
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
  const exponent = spaceExponent(largest);
  // Where all centres are the origin, nothing but the row itself says how small a distance is.
  const least = largest === 0 ? -FAR : -Infinity;
  if (least === -Infinity && whole.exponent <= exponent + FAR) {
    visit(atExponent(whole, exponent), null);
    return;
  }
  const near: number[] = [];
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    const size = exponentOf(magnitude(row));
    if (size >= least && size <= exponent + FAR) near.push(i);
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

function magnitude(values: Float32Array | Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
