import { EngineError } from '../errors.js';
import { fit, type Hooks } from '../kmeans/fit.js';
import { Generator } from '../kmeans/generator.js';
import { predict } from '../kmeans/predict.js';
import { scaleWeights } from '../kmeans/space.js';
import type { Matrix, Stability, StabilityOptions } from '../types.js';
import { sampleRows, takeRows } from './groups.js';
import { adjustedRandIndex } from './rand-index.js';

export type StabilityJobOptions = Omit<StabilityOptions, 'signal'>;

/** Streams of the generator far from those of restarts, and from those of the gap statistic. */
const STREAM = 2 ** 30;
/** Restarts of each fit: a seeding that went wrong should not pass for clusters that are not there. */
const RESTARTS = 3;
/** What a half of the rows may be too small for. */
const TOO_SMALL = ['kmeans.k_above_rows', 'kmeans.too_few_distinct_rows', 'kmeans.bad_weights'];

interface Half {
  readonly matrix: Matrix;
  readonly weights: Float64Array | undefined;
}

/**
 * Whether a number of clusters finds the same clusters in other rows (Ben-Hur, Elisseeff and Guyon 2002): a seeded sample
 * is split in halves at random, each half is fitted by itself, both fits label the whole sample, and the labels are
 * compared by the adjusted Rand index; the mean over several splits.
 */
export function stability(matrix: Matrix, options: StabilityJobOptions, hooks: Hooks): Stability {
  const { ks, seed = 0, splits = 5, rows = 2000, metric = 'euclidean', weights } = options;
  // A half without weight is too small; weights that are none are another matter.
  if (weights) scaleWeights(weights);
  const sampled = sampleRows(matrix.rows, rows, seed);
  const sample = takeRows(matrix, sampled);
  const sampleWeights = weights && Float64Array.from(sampled, (row) => weights[row]);
  const sums = new Float64Array(ks.length);
  for (let split = 0; split < splits; split++) {
    const halves = halve(sample, sampleWeights, new Generator(seed, STREAM + split));
    ks.forEach((k, i) => {
      const [a, b] = halves.map((half) => labelsBy(half, k, sample));
      // Everything in one cluster is agreed upon by all, and says nothing.
      sums[i] += k > 1 && a && b ? adjustedRandIndex(a, b) : NaN;
    });
  }
  return { values: sums.map((sum) => sum / splits), rows: sample.rows };

  /** The clusters that a fit to one half sees in the whole sample; null where the half has not so many. */
  function labelsBy(half: Half, k: number, all: Matrix): Int32Array | null {
    const silent: Hooks = { interrupt: hooks.interrupt, progress: null };
    try {
      const { centers } = fit(
        half.matrix,
        { k, seed, nInit: RESTARTS, metric, ...(half.weights && { weights: half.weights }) },
        silent,
      );
      const trained: Matrix = { data: centers, rows: k, columns: all.columns };
      // Copied: they may lie in the kernel's memory, which the next fit takes.
      return predict(all, trained, { metric, detail: 'labels' }, silent).labels.slice();
    } catch (error) {
      if (error instanceof EngineError && TOO_SMALL.includes(error.code)) return null;
      throw error;
    }
  }
}

function halve(matrix: Matrix, weights: Float64Array | undefined, generator: Generator): [Half, Half] {
  const order = Int32Array.from({ length: matrix.rows }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = generator.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const middle = Math.floor(order.length / 2);
  const half = (rows: Int32Array): Half => ({
    matrix: takeRows(matrix, rows),
    weights: weights && Float64Array.from(rows, (row) => weights[row]),
  });
  return [half(order.subarray(0, middle).toSorted()), half(order.subarray(middle).toSorted())];
}
