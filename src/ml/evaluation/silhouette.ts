import { createKernel } from '../kernels/choose.js';
import { scaleFactors, type Grouping } from '../kernels/kernel.js';
import type { Hooks } from '../kmeans/fit.js';
import { predict } from '../kmeans/predict.js';
import { exponentOf, openSpace } from '../kmeans/space.js';
import { quantile } from '../preparation/statistics.js';
import { SILHOUETTE_PERCENTILES, type Matrix, type Silhouettes, type SilhouettesOptions } from '../types.js';
import { groupByLabel, sampleRows, takeRows } from './groups.js';

export type SilhouettesJobOptions = Omit<SilhouettesOptions, 'signal'>;

export const SILHOUETTE_ROWS = 20_000;
/** Clusters, over all clusterings, that one pass over the pairs of rows serves: their sums stay in a thread's cache. */
const AT_ONCE = 4096;

/** Silhouettes of several clusterings by centres; each as {@link evaluate} takes it of that clustering alone. */
export function silhouettes(matrix: Matrix, options: SilhouettesJobOptions, hooks: Hooks): Silhouettes[] {
  const { centers, metric = 'euclidean', silhouetteRows = SILHOUETTE_ROWS, seed = 0 } = options;
  const sample = takeRows(matrix, sampleRows(matrix.rows, silhouetteRows, seed));
  const cosine = metric === 'cosine';
  // Rows of unit length stand for themselves; else it is the largest of all rows that says how they are scaled.
  const { input } = openSpace(cosine ? sample : matrix, metric, undefined, hooks.interrupt);
  const groupings = centers.map((given): Grouping => {
    hooks.interrupt();
    // Copied: they may lie in the kernel's memory, which the next one takes.
    const labels = predict(sample, given, { metric, detail: 'labels' }, hooks).labels.slice();
    return { labels, k: given.rows };
  });
  const [first, second] = scaleFactors(cosine ? 0 : spaceOf(input.exponent, centers));
  const values = Float64Array.from(cosine ? input.data : sample.data, (value) => value * first * second);
  return silhouettesOf(values, matrix.columns, groupings, hooks);
}

/** The exponent of a space that holds the rows and the centres. */
export function spaceOf(exponent: number, centers: readonly Matrix[]): number {
  let largest = 0;
  for (const { data } of centers) for (const value of data) largest = Math.max(largest, Math.abs(value));
  return Math.max(exponent, exponentOf(largest));
}

/** Silhouettes of several groupings of the same rows, which are measured once for many of them. */
export function silhouettesOf(
  values: Float64Array,
  columns: number,
  groupings: readonly Grouping[],
  hooks: Hooks,
): Silhouettes[] {
  const found: Silhouettes[] = [];
  for (let from = 0; from < groupings.length;) {
    let clusters = groupings[from].k;
    let to = from + 1;
    while (to < groupings.length && clusters + groupings[to].k <= AT_ONCE) clusters += groupings[to++].k;
    found.push(...batch(values, columns, groupings.slice(from, to), hooks));
    from = to;
  }
  return found;
}

function batch(values: Float64Array, columns: number, groupings: readonly Grouping[], hooks: Hooks): Silhouettes[] {
  const rows = values.length / columns;
  const defined = groupings.filter((grouping) => isDefined(grouping, rows));
  const own = new Float64Array(rows * defined.length);
  const nearest = new Float64Array(rows * defined.length);
  if (defined.length > 0) {
    const { interrupt } = hooks;
    const kernel = createKernel({ data: values, rows, columns, exponent: 0, weights: null, interrupt });
    try {
      kernel.separations(defined, own, nearest);
    } finally {
      kernel.close();
    }
  }
  let next = 0;
  return groupings.map((grouping) => {
    if (grouping !== defined[next]) return undefinedOf(grouping);
    const from = rows * next++;
    return summary(grouping, own.subarray(from, from + rows), nearest.subarray(from, from + rows));
  });
}

/** At least two clusters have rows, and at least one of them several. */
function isDefined({ labels }: Grouping, rows: number): boolean {
  const present = new Set(labels).size;
  return present >= 2 && present < rows;
}

function undefinedOf({ k }: Grouping): Silhouettes {
  return {
    silhouette: null,
    silhouetteRows: 0,
    silhouettes: new Float64Array(k).fill(NaN),
    silhouettePercentiles: new Float64Array(k * SILHOUETTE_PERCENTILES.length).fill(NaN),
  };
}

/**
 * Silhouette coefficients (Rousseeuw 1987): (b - a) / max(a, b) with a the mean distance of a row to the others of its
 * cluster and b the lowest mean distance to the rows of another; 0 for a row that is alone.
 * @param own sum of a row's distances to the rows of its cluster
 * @param nearest the lowest mean of its distances to the rows of another
 */
function summary(grouping: Grouping, own: Float64Array, nearest: Float64Array): Silhouettes {
  const { labels, k } = grouping;
  const found = undefinedOf(grouping);
  const { rows, starts } = groupByLabel(labels, k);
  let sum = 0;
  for (let c = 0; c < k; c++) {
    const others = starts[c + 1] - starts[c] - 1;
    if (others < 0) continue;
    const coefficients = Float64Array.from(rows.subarray(starts[c], starts[c + 1]), (row) => {
      if (others === 0) return 0;
      // The row's distance to itself is 0, so the sum over its cluster is that over the others.
      const inside = own[row] / others;
      const larger = Math.max(inside, nearest[row]);
      return larger === 0 ? 0 : (nearest[row] - inside) / larger;
    });
    const part = coefficients.reduce((total, coefficient) => total + coefficient, 0);
    sum += part;
    found.silhouettes[c] = part / coefficients.length;
    coefficients.sort();
    SILHOUETTE_PERCENTILES.forEach((percentile, p) => {
      found.silhouettePercentiles[c * SILHOUETTE_PERCENTILES.length + p] = quantile(coefficients, percentile / 100);
    });
  }
  return { ...found, silhouette: sum / labels.length, silhouetteRows: labels.length };
}
