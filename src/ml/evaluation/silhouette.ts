import { createKernel } from '../kernels/choose.js';

/**
 * Silhouette coefficients (Rousseeuw 1987): (b - a) / max(a, b) with a the mean distance of a row to the others of its
 * cluster and b the lowest mean distance to the rows of another; 0 for a row that is alone. Exact, in O(rows) memory.
 * @param values rows in the order of their clusters, row-major
 * @param starts `k + 1`: where each cluster begins
 * @returns one coefficient a row; at least two clusters must have rows
 */
export function silhouettes(
  values: Float64Array,
  columns: number,
  starts: Int32Array,
  interrupt: () => void,
): Float64Array {
  const rows = values.length / columns;
  const own = new Float64Array(rows);
  const nearest = new Float64Array(rows);
  const kernel = createKernel({ data: values, rows, columns, exponent: 0, weights: null, interrupt });
  kernel.separations(starts, own, nearest);
  kernel.close();
  const coefficients = new Float64Array(rows);
  for (let c = 0; c + 1 < starts.length; c++) {
    const others = starts[c + 1] - starts[c] - 1;
    if (others === 0) continue;
    for (let i = starts[c]; i < starts[c + 1]; i++) {
      // The row's distance to itself is 0, so the sum over its cluster is that over the others.
      const inside = own[i] / others;
      const larger = Math.max(inside, nearest[i]);
      coefficients[i] = larger === 0 ? 0 : (nearest[i] - inside) / larger;
    }
  }
  return coefficients;
}
