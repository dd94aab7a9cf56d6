import { EngineError, type EngineErrorDetails } from '../errors.js';
import { scaleFactors } from '../kernels/kernel.js';
import type { Hooks } from '../kmeans/fit.js';
import { centersIntoSpace, openSpace, timesPowerOfTwo } from '../kmeans/space.js';
import type { Matrix, Projection, ProjectOptions } from '../types.js';
import { sampleRows } from './groups.js';
import { principalComponents, type Components } from './pca.js';

export type ProjectJobOptions = Omit<ProjectOptions, 'signal'>;

/** The rows (or a sample of them) and the centres on the first principal components of all rows. */
export function project(matrix: Matrix, options: ProjectJobOptions, hooks: Hooks): Projection {
  const { rows, columns } = matrix;
  const space = openSpace(matrix, options.metric ?? 'euclidean', undefined, hooks.interrupt);
  const { data } = space.input;
  const [first, second] = scaleFactors(space.exponent);
  const row = (index: number, out: Float64Array): void => {
    const from = index * columns;
    for (let j = 0; j < columns; j++) out[j] = data[from + j] * first * second;
  };
  const found = principalComponents({ rows, columns, row, interrupt: hooks.interrupt }, options.components ?? 2);
  const components = found.ratios.length;

  const numbers = sampleRows(rows, options.limit ?? rows, options.seed ?? 0);
  const points = new Float64Array(numbers.length * components);
  const values = new Float64Array(columns);
  numbers.forEach((number, i) => {
    row(number, values);
    if (place(values, found, space.exponent, points, i * components)) return;
    throw beyond(`Row ${number + 1}`, { row: number });
  });
  let centers: Float64Array | null = null;
  if (options.centers) {
    const scaled = centersIntoSpace(options.centers, space);
    centers = new Float64Array(options.centers.rows * components);
    for (let c = 0; c < options.centers.rows; c++) {
      const center = scaled.subarray(c * columns, (c + 1) * columns);
      if (!place(center, found, space.exponent, centers, c * components)) throw beyond(`Centre ${c}`, { center: c });
    }
  }
  return {
    components,
    columns,
    axes: found.axes,
    mean: found.mean.map((value) => timesPowerOfTwo(value, space.exponent)),
    explainedVarianceRatio: found.ratios,
    rows: numbers,
    points,
    centers,
  };
}

/**
 * @param out OUT, from `to` on: one coordinate a component, in the caller's units
 * @returns whether float64 holds them
 */
function place(
  values: Float64Array,
  { axes, mean, ratios }: Components,
  exponent: number,
  out: Float64Array,
  to: number,
): boolean {
  const d = values.length;
  for (let c = 0; c < ratios.length; c++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (values[j] - mean[j]) * axes[c * d + j];
    out[to + c] = timesPowerOfTwo(sum, exponent);
    if (!Number.isFinite(out[to + c])) return false;
  }
  return true;
}

function beyond(what: string, details: EngineErrorDetails): EngineError {
  return new EngineError('kmeans.out_of_range', `${what} lies beyond float64 along a principal component.`, details);
}
