import { EngineError } from '../errors.js';
import { largestOf, valuesOf, type Purpose, type Values } from '../kernels/choose.js';
import { partitionBounds, PARTITIONS, scaleFactors, type KernelInput } from '../kernels/kernel.js';
import type { Matrix, Metric } from '../types.js';
import { normalise } from './cluster.js';

/**
 * The space that the engine works in. Values are taken times a power of two, which changes no bit of the answers but
 * keeps squares from over- and underflowing: 1e300 and 1e-300 cluster as 1 does. Distances below about 2^-511 of the
 * largest value count as 0. Under the cosine metric rows are of unit length and there is nothing to scale.
 */
export interface Space {
  readonly input: KernelInput;
  /** What the rows in the space are, before its power of two. */
  readonly values: Values;
  /** Values in the space = values of the caller x 2^-exponent. */
  readonly exponent: number;
  /** Weights in the space = weights of the caller x 2^-weightExponent. */
  readonly weightExponent: number;
  readonly metric: Metric;
}

/**
 * Checks the values and weights and opens their space.
 * @param purpose what the values are for after that
 * @throws EngineError `kmeans.not_finite` with row and column, `kmeans.zero_row` (cosine), `kmeans.bad_weights`
 */
export function openSpace(
  matrix: Matrix,
  metric: Metric,
  weights: Float32Array | Float64Array | undefined,
  interrupt: () => void,
  purpose: Purpose = { seeding: false, last: false },
): Space {
  const { rows, columns } = matrix;
  const largest = largestMagnitude(matrix, interrupt, metric === 'cosine' ? { seeding: false, last: false } : purpose);
  const data = metric === 'cosine' ? unitRows(matrix, interrupt) : matrix.data;
  const exponent = metric === 'cosine' ? 0 : spaceExponent(largest);
  const scaled = weights === undefined ? { weights: null, exponent: 0 } : scaleWeights(weights);
  return {
    values: valuesOf({ data, rows, columns }),
    input: { data, rows, columns, exponent, weights: scaled.weights, interrupt },
    exponent,
    weightExponent: scaled.exponent,
    metric,
  };
}

/** Magnitudes within so many powers of two of 1 are taken as they are. */
export const CALM = 32;

/** The exponent of a space whose largest magnitude is given: 0 where nothing has to be scaled, which saves a pass. */
export function spaceExponent(largest: number): number {
  const exponent = exponentOf(largest);
  return Math.abs(exponent) <= CALM ? 0 : exponent;
}

/** The smallest e with |value| < 2^e; 0 for 0. */
export function exponentOf(value: number): number {
  if (value === 0) return 0;
  let exponent = Math.floor(Math.log2(value)) + 1;
  // Math.log2 may be off by one unit in the last place, right at the powers of two.
  const [first, second] = scaleFactors(exponent);
  const scaled = value * first * second;
  if (scaled >= 1) exponent++;
  else if (scaled < 0.5) exponent--;
  return exponent;
}

/** value x 2^exponent. */
export function timesPowerOfTwo(value: number, exponent: number): number {
  // In steps that each stay a normal number, the last of which alone may round.
  let rest = exponent;
  let scaled = value;
  while (rest > 1000) {
    scaled *= 2 ** 1000;
    rest -= 1000;
  }
  while (rest < -1000) {
    scaled *= 2 ** -1000;
    rest += 1000;
  }
  return scaled * 2 ** rest;
}

/** Centres of the caller in the space, `k x columns`. */
export function centersIntoSpace(centers: Matrix, space: Pick<Space, 'exponent' | 'metric'>): Float64Array {
  if (space.metric === 'cosine') return Float64Array.from(unitRows(centers, () => undefined));
  const scaled = new Float64Array(centers.data);
  if (space.exponent === 0) return scaled;
  const [first, second] = scaleFactors(space.exponent);
  for (let i = 0; i < scaled.length; i++) scaled[i] = scaled[i] * first * second;
  return scaled;
}

/** Centres in the space to the caller's units. */
export function centersOutOfSpace(centers: Float64Array, space: Pick<Space, 'exponent'>): Float64Array {
  return centers.map((value) => timesPowerOfTwo(value, space.exponent));
}

/**
 * A squared distance of a row to a centre as a length in the caller's units.
 * @throws EngineError `kmeans.out_of_range` where it is beyond float64
 */
export function lengthOutOfSpace(squared: number, space: Pick<Space, 'exponent'>, row: number): number {
  const length = timesPowerOfTwo(Math.sqrt(squared), space.exponent);
  if (!Number.isFinite(length)) {
    throw new EngineError('kmeans.out_of_range', `The distance of row ${row + 1} to a centre is beyond float64.`, {
      row,
    });
  }
  return length;
}

export interface Spread {
  /** Weighted mean of each column. */
  readonly mean: Float64Array;
  /** Weighted sum of the squared distances of all rows to it. */
  readonly scatter: number;
  /** The mean over the columns of their population variance, weights left out: what a tolerance is a share of. */
  readonly variance: number;
}

/** How the rows spread, in the space: two passes in strict float64, partition by partition. */
export function spreadOf(space: Space): Spread {
  const { rows, columns, weights } = space.input;
  const plain = columnMeans(space, null, rows);
  const variance = scatterAround(space, plain, null);
  if (weights === null) return { mean: plain, scatter: variance, variance: variance / rows / columns };
  const mean = columnMeans(space, weights, weightedSum(new Float64Array(rows).fill(1), weights));
  return { mean, scatter: scatterAround(space, mean, weights), variance: variance / rows / columns };
}

function columnMeans({ input, values }: Space, weights: Float64Array | null, total: number): Float64Array {
  const { rows, columns } = input;
  const { data, low, unit } = values;
  const [first, second] = factorsOf(input.exponent, unit);
  const bounds = partitionBounds(rows);
  const mean = new Float64Array(columns);
  const part = new Float64Array(columns);
  for (let p = 0; p < PARTITIONS; p++) {
    input.interrupt();
    part.fill(0);
    for (let i = bounds[p]; i < bounds[p + 1]; i++) {
      const weight = weights === null ? 1 : weights[i];
      const from = i * columns;
      for (let j = 0; j < columns; j++) part[j] += weight * ((data[from + j] + low) * first * second);
    }
    for (let j = 0; j < columns; j++) mean[j] += part[j] / total;
  }
  return mean;
}

/** What values are taken times, one after the other: where the unit is not 1, there is no exponent. */
function factorsOf(exponent: number, unit: number): readonly [first: number, second: number] {
  return unit === 1 ? scaleFactors(exponent) : [unit, 1];
}

/** Weighted sum of squared distances to a point. */
function scatterAround({ input, values }: Space, point: Float64Array, weights: Float64Array | null): number {
  const { rows, columns } = input;
  const { data, low, unit } = values;
  const [first, second] = factorsOf(input.exponent, unit);
  const bounds = partitionBounds(rows);
  let scatter = 0;
  for (let p = 0; p < PARTITIONS; p++) {
    input.interrupt();
    let part = 0;
    for (let i = bounds[p]; i < bounds[p + 1]; i++) {
      const from = i * columns;
      let squares = 0;
      for (let j = 0; j < columns; j++) {
        const difference = (data[from + j] + low) * first * second - point[j];
        squares += difference * difference;
      }
      part += weights === null ? squares : weights[i] * squares;
    }
    scatter += part;
  }
  return scatter;
}

/** Sum of weight x value, within the partitions in row order, partitions added in order. */
export function weightedSum(values: Float64Array, weights: Float64Array | null): number {
  const bounds = partitionBounds(values.length);
  let sum = 0;
  for (let p = 0; p < PARTITIONS; p++) {
    let part = 0;
    for (let i = bounds[p]; i < bounds[p + 1]; i++) part += weights === null ? values[i] : weights[i] * values[i];
    sum += part;
  }
  return sum;
}

function largestMagnitude(matrix: Matrix, interrupt: () => void, purpose: Purpose): number {
  const known = largestOf(matrix, interrupt, purpose);
  if (known !== null && !Number.isNaN(known)) return known;
  const { data, columns } = matrix;
  let largest = 0;
  const chunk = 1 << 20;
  for (let start = 0; start < data.length; start += chunk) {
    interrupt();
    const end = Math.min(data.length, start + chunk);
    for (let i = start; i < end; i++) {
      const size = Math.abs(data[i]);
      if (size > largest) largest = size;
      // True for infinity and NaN alike.
      else if (!(size <= largest)) refuseNotFinite(data, i, columns);
    }
    if (largest === Infinity)
      refuseNotFinite(data, data.subarray(start, end).findIndex((v) => !Number.isFinite(v)) + start, columns);
  }
  return largest;
}

function refuseNotFinite(data: Float32Array | Float64Array, index: number, columns: number): never {
  const row = Math.floor(index / columns);
  const column = index % columns;
  throw new EngineError(
    'kmeans.not_finite',
    `Row ${row + 1}, column ${column + 1} is ${data[index]}; it must be finite.`,
    {
      row,
      column,
    },
  );
}

/** Rows of unit length, in float64. Each is first brought near 1 by a power of two, for its squares' sake. */
function unitRows({ data, rows, columns }: Matrix, interrupt: () => void): Float64Array {
  const unit = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    if (i % 4096 === 0) interrupt();
    const from = i * columns;
    let largest = 0;
    for (let j = from; j < from + columns; j++) largest = Math.max(largest, Math.abs(data[j]));
    if (largest === 0) {
      throw new EngineError('kmeans.zero_row', `Row ${i + 1} is all zero: it has no direction for the cosine metric.`, {
        row: i,
      });
    }
    const [first, second] = scaleFactors(exponentOf(largest));
    for (let j = from; j < from + columns; j++) unit[j] = data[j] * first * second;
    normalise(unit, from, columns);
  }
  return unit;
}

/**
 * Weights brought to at most 1 by a power of two.
 * @throws EngineError `kmeans.bad_weights` with the row
 */
export function scaleWeights(weights: Float32Array | Float64Array): { weights: Float64Array | null; exponent: number } {
  let largest = 0;
  weights.forEach((weight, row) => {
    if (!(Number.isFinite(weight) && weight >= 0)) {
      throw new EngineError(
        'kmeans.bad_weights',
        `The weight of row ${row + 1} is ${weight}; it must be finite and not negative.`,
        {
          row,
        },
      );
    }
    largest = Math.max(largest, weight);
  });
  if (largest === 0) throw new EngineError('kmeans.bad_weights', 'All weights are 0.');
  const exponent = exponentOf(largest);
  const [first, second] = scaleFactors(exponent);
  return { weights: Float64Array.from(weights, (weight) => weight * first * second), exponent };
}
