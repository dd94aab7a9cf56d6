import { createKernel } from '../kernels/choose.js';
import type { ClusterSums, Grouping, Kernel } from '../kernels/kernel.js';
import type { Hooks } from '../kmeans/fit.js';
import { centersIntoSpace, lengthOutOfSpace, openSpace, timesPowerOfTwo, weightedSum } from '../kmeans/space.js';
import { quantile } from '../preparation/statistics.js';
import type { EvaluateOptions, Evaluation, Matrix } from '../types.js';
import { groupByLabel, sampleRows, type Groups } from './groups.js';
import { profileColumns } from './profile.js';
import { SILHOUETTE_ROWS, silhouettesOf, spaceOf } from './silhouette.js';

export type EvaluateJobOptions = Omit<EvaluateOptions, 'signal' | 'onProgress'>;

export const PERCENTILES = [50, 90, 95, 99] as const;

/** Scores of a clustering and figures of its clusters; see {@link Evaluation} for each. */
export function evaluate(matrix: Matrix, options: EvaluateJobOptions, hooks: Hooks): Evaluation {
  const { labels, centers, weights, percentiles = PERCENTILES } = options;
  const k = centers.rows;
  const opened = openSpace(matrix, options.metric ?? 'euclidean', weights, hooks.interrupt);
  const exponent = opened.metric === 'cosine' ? 0 : spaceOf(opened.exponent, [centers]);
  const space = { ...opened, exponent, input: { ...opened.input, exponent, weights: null } };
  const groups = groupByLabel(labels, k);
  const kernel = createKernel(space.input);
  const squared = new Float64Array(matrix.rows);
  let scores: Scores;
  let sample: Sample;
  try {
    hooks.progress?.(() => ({ phase: 'evaluating', fraction: 0, k, restart: 0, iteration: 0, inertia: null }));
    kernel.distances(centersIntoSpace(centers, space), labels, squared);
    scores = scoresOf(kernel, labels, groups);
    sample = drawSample(kernel, labels, k, options);
  } finally {
    kernel.close();
  }
  const inertia = timesPowerOfTwo(
    weightedSum(squared, opened.input.weights),
    2 * exponent + (weights === undefined ? 0 : opened.weightExponent),
  );
  const lengths = squared.map((value, row) => lengthOutOfSpace(value, space, row));
  return {
    k,
    inertia: Number.isFinite(inertia) ? inertia : null,
    ...silhouettesOf(sample.values, matrix.columns, [sample], hooks)[0],
    ...scores,
    sizes: Int32Array.from({ length: k }, (_, c) => groups.starts[c + 1] - groups.starts[c]),
    ...distancesOf(lengths, groups, percentiles),
    ...profileColumns(matrix, labels, groups),
  };
}

type Scores = Pick<Evaluation, 'calinskiHarabasz' | 'daviesBouldin'>;

/** The rows that the silhouette is taken on. */
interface Sample extends Grouping {
  readonly values: Float64Array;
}

function drawSample(
  kernel: Kernel,
  labels: Int32Array,
  k: number,
  { silhouetteRows = SILHOUETTE_ROWS, seed = 0 }: EvaluateJobOptions,
): Sample {
  const { columns } = kernel;
  const rows = sampleRows(kernel.rows, silhouetteRows, seed);
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    kernel.row(row, values.subarray(i * columns, (i + 1) * columns));
  });
  return { values, labels: rows.map((row) => labels[row]), k };
}

/** Both by the means of the labelled rows (not by the given centres) and without weights, as scikit-learn takes them. */
function scoresOf(kernel: Kernel, labels: Int32Array, { starts }: Groups): Scores {
  const d = kernel.columns;
  const n = kernel.rows;
  const k = starts.length - 1;
  const present = Int32Array.from({ length: k }, (_, c) => c).filter((c) => starts[c + 1] > starts[c]);
  if (present.length < 2 || present.length >= n) return { calinskiHarabasz: null, daviesBouldin: null };

  const sums: ClusterSums = { sums: new Float64Array(k * d), weights: new Float64Array(k), counts: new Int32Array(k) };
  const assigner = kernel.assigner(k);
  assigner.labels.set(labels);
  assigner.invalidate();
  assigner.recount(sums);
  assigner.close();
  const mean = new Float64Array(d);
  for (let j = 0; j < k * d; j++) mean[j % d] += sums.sums[j] / n;
  const means = sums.sums.map((sum, j) => sum / Math.max(1, sums.counts[Math.floor(j / d)]));

  const squared = new Float64Array(n);
  kernel.distances(means, labels, squared);
  let between = 0;
  const spread = new Float64Array(k);
  for (const c of present) between += sums.counts[c] * squaredDistance(means, c * d, mean, 0, d);
  for (let i = 0; i < n; i++) spread[labels[i]] += Math.sqrt(squared[i]);
  for (const c of present) spread[c] /= sums.counts[c];

  const within = weightedSum(squared, null);
  const ratio = (between / (present.length - 1)) * ((n - present.length) / within);
  let worst = 0;
  for (const a of present) {
    let similarity = 0;
    for (const b of present) {
      const apart = a === b ? 0 : Math.sqrt(squaredDistance(means, a * d, means, b * d, d));
      if (apart > 0) similarity = Math.max(similarity, (spread[a] + spread[b]) / apart);
    }
    worst += similarity;
  }
  // Without any spread within the clusters the ratio is infinite; scikit-learn calls it 1.
  return { calinskiHarabasz: Number.isFinite(ratio) ? ratio : 1, daviesBouldin: worst / present.length };
}

function distancesOf(
  lengths: Float64Array,
  { rows, starts }: Groups,
  percentiles: readonly number[],
): Pick<Evaluation, 'radii' | 'meanDistances' | 'percentiles' | 'distancePercentiles'> {
  const k = starts.length - 1;
  const radii = new Float64Array(k);
  const meanDistances = new Float64Array(k);
  const distancePercentiles = new Float64Array(k * percentiles.length).fill(NaN);
  for (let c = 0; c < k; c++) {
    const sorted = Float64Array.from(rows.subarray(starts[c], starts[c + 1]), (row) => lengths[row]).sort();
    if (sorted.length === 0) continue;
    radii[c] = sorted[sorted.length - 1];
    for (const length of sorted) meanDistances[c] += length / sorted.length;
    percentiles.forEach((percentile, p) => {
      distancePercentiles[c * percentiles.length + p] = quantile(sorted, percentile / 100);
    });
  }
  return { radii, meanDistances, percentiles: [...percentiles], distancePercentiles };
}

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += (a[i + t] - b[j + t]) ** 2;
  return sum;
}
