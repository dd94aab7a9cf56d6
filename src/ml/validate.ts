import { types } from 'node:util';
import { EngineError } from './errors.js';
import type { EvaluateOptions, FitOptions, Matrix, ProjectOptions, SeedOptions, SilhouettesOptions } from './types.js';

/** What can be refused at once, without a look at the values. The public validates, the private assumes. */

export function checkMatrix(matrix: Matrix, what = 'The data'): void {
  const { data, rows, columns } = matrix;
  // By what they are, not by instanceof, which fails between realms.
  if (!types.isFloat32Array(data) && !types.isFloat64Array(data)) {
    throw new EngineError('kmeans.bad_shape', `${what} must be a Float32Array or a Float64Array.`);
  }
  const counts = Number.isInteger(rows) && rows >= 0 && Number.isInteger(columns) && columns >= 0;
  if (!counts || data.length !== rows * columns) {
    throw new EngineError(
      'kmeans.bad_shape',
      `${what}: ${data.length} values do not make ${rows} rows of ${columns} columns.`,
      { length: data.length, rows, columns },
    );
  }
  if (rows === 0) throw new EngineError('kmeans.no_rows', `${what} have no rows.`);
  if (columns === 0) throw new EngineError('kmeans.no_columns', `${what} have no columns.`);
}

/** @throws EngineError `kmeans.bad_centers` where the shape or a value is wrong */
export function checkCenters(centers: Matrix, columns: number, k: number): void {
  const { data, rows } = centers;
  if (rows !== k || centers.columns !== columns || data.length !== rows * centers.columns || rows < 1) {
    throw new EngineError(
      'kmeans.bad_centers',
      `The centres are ${rows} x ${centers.columns} (${data.length} values) where ${k} x ${columns} are expected.`,
      { rows, columns: centers.columns, expectedRows: k, expectedColumns: columns },
    );
  }
  let bad = 0;
  while (bad < data.length && Number.isFinite(data[bad])) bad++;
  if (bad < data.length) {
    const details = { row: Math.floor(bad / columns), column: bad % columns };
    throw new EngineError(
      'kmeans.bad_centers',
      `Centre ${details.row}, column ${details.column} is not finite.`,
      details,
    );
  }
}

export function checkK(k: number, rows: number): void {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new EngineError('kmeans.bad_k', `k is ${k}; it must be an integer of at least 1.`, { k });
  }
  if (k > rows) {
    throw new EngineError('kmeans.k_above_rows', `k is ${k}, above the number of rows, ${rows}.`, { k, rows });
  }
}

export function checkWeights(weights: Float32Array | Float64Array | undefined, rows: number): void {
  if (weights !== undefined && weights.length !== rows) {
    throw new EngineError('kmeans.bad_weights', `There are ${weights.length} weights for ${rows} rows.`, {
      length: weights.length,
      rows,
    });
  }
}

export function checkFit(matrix: Matrix, options: FitOptions): void {
  checkMatrix(matrix);
  const { k, init } = options;
  checkSeed(matrix, typeof init === 'object' ? { ...options, init: 'k-means++' } : { ...options, init });
  if (typeof init === 'object') checkCenters(init.centers, matrix.columns, k);
  integer('nInit', options.nInit, 1, 10_000);
  integer('maxIterations', options.maxIterations, 1, 2 ** 31 - 1);
  const { tolerance = 0, order = 'size' } = options;
  if (!(Number.isFinite(tolerance) && tolerance >= 0)) {
    throw new EngineError('kmeans.bad_option', `tolerance is ${tolerance}; it must be a finite number of at least 0.`, {
      option: 'tolerance',
    });
  }
  oneOf('order', order, typeof init === 'object' ? ['size', 'initial', 'matched'] : ['size', 'initial']);
}

export function checkSeed(matrix: Matrix, options: SeedOptions): void {
  checkMatrix(matrix);
  checkK(options.k, matrix.rows);
  checkWeights(options.weights, matrix.rows);
  oneOf('init', options.init ?? 'k-means++', ['k-means++', 'random']);
  checkMetric(options.metric);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
  integer('restart', options.restart, 1, 10_000);
}

export function checkEvaluate(matrix: Matrix, options: EvaluateOptions): void {
  const k = options.centers.rows;
  checkCenters(options.centers, matrix.columns, k);
  checkLabels(options.labels, matrix.rows, k);
  checkWeights(options.weights, matrix.rows);
  checkMetric(options.metric);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
  integer('silhouetteRows', options.silhouetteRows, 0, 2 ** 31 - 1);
  for (const percentile of options.percentiles ?? []) {
    if (percentile >= 0 && percentile <= 100) continue;
    throw new EngineError('kmeans.bad_option', `A percentile is ${percentile}; it must be from 0 to 100.`, {
      option: 'percentiles',
    });
  }
}

export function checkSilhouettes(matrix: Matrix, options: SilhouettesOptions): void {
  for (const centers of options.centers) checkCenters(centers, matrix.columns, centers.rows);
  checkMetric(options.metric);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
  integer('silhouetteRows', options.silhouetteRows, 0, 2 ** 31 - 1);
}

export function checkProject(matrix: Matrix, options: ProjectOptions): void {
  if (options.centers) checkCenters(options.centers, matrix.columns, options.centers.rows);
  checkMetric(options.metric);
  integer('components', options.components, 1, 4096);
  integer('limit', options.limit, 1, 2 ** 31 - 1);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
}

export function checkMetric(metric: string | undefined): void {
  oneOf('metric', metric ?? 'euclidean', ['euclidean', 'cosine']);
}

function checkLabels(labels: Int32Array, rows: number, k: number): void {
  const bad = labels.findIndex((label) => label < 0 || label >= k);
  if (labels.length !== rows || bad >= 0) {
    const why = labels.length === rows ? `the label of row ${bad + 1} is ${labels[bad]}` : `there are ${labels.length}`;
    throw new EngineError('kmeans.bad_labels', `Labels must be one of 0..${k - 1} for each of ${rows} rows; ${why}.`, {
      row: bad,
    });
  }
}

function integer(option: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw new EngineError('kmeans.bad_option', `${option} is ${value}; it must be an integer from ${least} to ${most}.`, {
    option,
  });
}

function oneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new EngineError('kmeans.bad_option', `${option} is "${value}"; it must be one of ${allowed.join(', ')}.`, {
    option,
  });
}
