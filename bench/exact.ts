/** What strict float64 says about some rows and centres. */
export interface Exact {
  /** Nearest centre of every row, the lowest number where distances tie. */
  labels: Int32Array;
  /** Sum of the squared distances to them. */
  inertia: number;
}

/**
 * The one measure that every contender is judged by: plain loops, differences taken directly, summed in order. A
 * distance is given up once its partial sum is above the best, which changes no answer.
 *
 * @param X `rows x columns`, row-major
 * @param centers `k x columns`; a centre with a value that is not finite attracts no row
 * @param guess a label a row, right or wrong, to begin with: a good one makes this fast
 */
export function exact(
  X: Float32Array | Float64Array,
  columns: number,
  centers: Float32Array | Float64Array,
  guess?: Int32Array,
): Exact {
  const rows = X.length / columns;
  const k = centers.length / columns;
  const labels = new Int32Array(rows);
  let inertia = 0;
  for (let i = 0; i < rows; i++) {
    const row = i * columns;
    let label = guess?.[i] ?? 0;
    if (label < 0 || label >= k) label = 0;
    let best = upTo(X, row, centers, label * columns, columns, Infinity);
    for (let c = 0; c < k; c++) {
      const d2 = upTo(X, row, centers, c * columns, columns, best);
      if (d2 < best || (d2 === best && c < label)) {
        best = d2;
        label = c;
      }
    }
    labels[i] = label;
    inertia += best;
  }
  return { labels, inertia };
}

/** Squared distance of one row to one centre, or Infinity once it is known to be above `limit`. */
function upTo(
  X: Float32Array | Float64Array,
  row: number,
  centers: Float32Array | Float64Array,
  center: number,
  columns: number,
  limit: number,
): number {
  let sum = 0;
  for (let j = 0; j < columns;) {
    const end = Math.min(j + 16, columns);
    for (; j < end; j++) {
      const offset = X[row + j] - centers[center + j];
      sum += offset * offset;
    }
    if (!(sum <= limit)) return Infinity;
  }
  return sum;
}

/** Rows whose labels differ. */
export function differences(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
