import { types } from 'node:util';
import { EngineError } from './errors.js';
import type {
  EvaluateOptions,
  FitOptions,
  GapOptions,
  Matrix,
  PredictOptions,
  ProjectOptions,
  SeedOptions,
  SilhouettesOptions,
  StabilityOptions,
} from './types.js';

/** What can be refused at once, without a look at the values. The public validates, the private assumes. */

export function checkMatrix(matrix: Matrix, what = 'The data'): void {
  const { data, rows, columns } = matrix;
  if (!isFloats(data)) {
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

/**
 * @param k how many there must be; any number from 1 on when left out
 * @throws EngineError `kmeans.bad_centers` where the shape or a value is wrong
 */
export function checkCenters(centers: Matrix, columns: number, metric: string | undefined, k?: number): void {
  const { data, rows } = centers;
  if (!isFloats(data)) {
    throw new EngineError('kmeans.bad_centers', 'The centres must be a Float32Array or a Float64Array.');
  }
  const some = k === undefined ? Number.isInteger(rows) && rows >= 1 : rows === k;
  if (!some || centers.columns !== columns || data.length !== rows * columns) {
    throw new EngineError(
      'kmeans.bad_centers',
      `The centres are ${rows} x ${centers.columns} (${data.length} values) where ${k ?? 'some'} x ${columns} are expected.`,
      { rows, columns: centers.columns, expectedRows: k ?? null, expectedColumns: columns },
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
  if (metric !== 'cosine') return;
  for (let c = 0; c < rows; c++) {
    if (data.subarray(c * columns, (c + 1) * columns).some((value) => value !== 0)) continue;
    throw new EngineError('kmeans.bad_centers', `Centre ${c} is all zero: it has no direction for the cosine metric.`, {
      row: c,
    });
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
  if (typeof init === 'object') checkCenters(init.centers, matrix.columns, options.metric, k);
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
  checkCenters(options.centers, matrix.columns, options.metric);
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
  checkMetric(options.metric);
  for (const centers of options.centers) checkCenters(centers, matrix.columns, options.metric);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
  integer('silhouetteRows', options.silhouetteRows, 0, 2 ** 31 - 1);
}

export function checkProject(matrix: Matrix, options: ProjectOptions): void {
  checkMetric(options.metric);
  if (options.centers) checkCenters(options.centers, matrix.columns, options.metric);
  integer('components', options.components, 1, 4096);
  integer('limit', options.limit, 1, 2 ** 31 - 1);
  integer('seed', options.seed, 0, 2 ** 32 - 1);
}

export function checkPredict(matrix: Matrix, centers: Matrix, { metric, detail }: PredictOptions): void {
  checkMatrix(matrix);
  checkMetric(metric);
  checkCenters(centers, matrix.columns, metric);
  oneOf('detail', detail ?? 'runner-up', ['labels', 'nearest', 'runner-up']);
}

export function checkGap(matrix: Matrix, options: GapOptions): void {
  checkMatrix(matrix);
  checkSample(options);
  integer('references', options.references, 1, 1000);
}

export function checkStability(matrix: Matrix, options: StabilityOptions): void {
  checkMatrix(matrix);
  checkMetric(options.metric);
  checkWeights(options.weights, matrix.rows);
  checkSample(options);
  integer('splits', options.splits, 1, 1000);
}

function checkSample({ ks, rows, seed }: GapOptions | StabilityOptions): void {
  for (const k of ks) integer('ks', k, 1, 2 ** 31 - 1);
  integer('rows', rows, 1, 2 ** 31 - 1);
  integer('seed', seed, 0, 2 ** 32 - 1);
}

export function checkMetric(metric: string | undefined): void {
  oneOf('metric', metric ?? 'euclidean', ['euclidean', 'cosine']);
}

/** By what it is, not by instanceof, which fails between realms. */
function isFloats(data: unknown): boolean {
  return types.isFloat32Array(data) || types.isFloat64Array(data);
}

function checkLabels(labels: Int32Array, rows: number, k: number): void {
  if (!types.isInt32Array(labels)) throw new EngineError('kmeans.bad_labels', 'The labels must be an Int32Array.');
  let bad = 0;
  while (bad < labels.length && labels[bad] >= 0 && labels[bad] < k) bad++;
  if (bad === labels.length) bad = -1;
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
