import type { Labels } from '../kernels/kernel.js';
import { assign } from './assignment.js';

/**
 * The order in which clusters are numbered: by falling size, ties by the lexicographically smaller centre.
 * @param centers `k x columns`
 * @returns the old numbers in their new order
 */
export function canonicalOrder(centers: Float64Array, sizes: Int32Array): Int32Array {
  const columns = centers.length / sizes.length;
  return Int32Array.from({ length: sizes.length }, (_, c) => c).sort((a, b) => {
    if (sizes[a] !== sizes[b]) return sizes[b] - sizes[a];
    for (let j = 0; j < columns; j++) {
      const left = centers[a * columns + j];
      const right = centers[b * columns + j];
      if (left !== right) return left < right ? -1 : 1;
    }
    return a - b;
  });
}

/**
 * The order in which every cluster has the number of the given centre that it is matched with: pairs whose squared
 * distances sum to as little as can be.
 * @param given `k x columns`, the centres that give the numbers
 * @param centers `k x columns`
 * @returns the old numbers in their new order
 */
export function matchedOrder(
  given: Float64Array,
  centers: Float64Array,
  columns: number,
  interrupt: () => void,
): Int32Array {
  const k = centers.length / columns;
  return assign(
    k,
    (row, out) => {
      for (let c = 0; c < k; c++) {
        let squared = 0;
        for (let j = 0; j < columns; j++) squared += (given[row * columns + j] - centers[c * columns + j]) ** 2;
        out[c] = squared;
      }
    },
    interrupt,
  );
}

/** Centres and labels numbered anew; `order[new number] = old number`. */
export function renumber(
  centers: Float64Array,
  labels: Labels,
  order: Int32Array,
  columns: number,
): { centers: Float64Array; labels: Int32Array } {
  const moved = new Float64Array(centers.length);
  const numbers = new Int32Array(order.length);
  order.forEach((from, to) => {
    numbers[from] = to;
    moved.set(centers.subarray(from * columns, (from + 1) * columns), to * columns);
  });
  const renumbered = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) renumbered[i] = numbers[labels[i]];
  return { centers: moved, labels: renumbered };
}
