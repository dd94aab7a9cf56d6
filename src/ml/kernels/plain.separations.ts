import type { Grouping } from './kernel.js';

/** Rows measured together, so that every value that is read serves four distances. */
const TILE = 4;

/** {@link Kernel.separations} in plain TypeScript; `values` are row-major. */
export function plainSeparations(
  values: Float64Array,
  columns: number,
  groupings: readonly Grouping[],
  own: Float64Array,
  nearest: Float64Array,
  interrupt: () => void,
): void {
  const rows = values.length / columns;
  const counts = groupings.map(({ labels, k }) => countRows(labels, k));
  const sums = groupings.map(({ k }) => new Float64Array(k * TILE));
  const tile = new Float64Array(TILE * columns);
  const distances = new Float64Array(TILE);
  for (let from = 0; from < rows; from += TILE) {
    interrupt();
    const filled = Math.min(TILE, rows - from);
    fillTile(values, columns, from, filled, tile);
    for (const sum of sums) sum.fill(0);
    for (let i = 0; i < rows; i++) {
      measure(values, columns, i, tile, distances);
      for (let g = 0; g < groupings.length; g++) {
        const sum = sums[g];
        const to = groupings[g].labels[i] * TILE;
        for (let t = 0; t < TILE; t++) sum[to + t] += distances[t];
      }
    }
    groupings.forEach(({ labels, k }, g) => {
      for (let t = 0; t < filled; t++) {
        const label = labels[from + t];
        let lowest = Infinity;
        for (let c = 0; c < k; c++) {
          if (c !== label && counts[g][c] > 0) lowest = Math.min(lowest, sums[g][c * TILE + t] / counts[g][c]);
        }
        own[g * rows + from + t] = sums[g][label * TILE + t];
        nearest[g * rows + from + t] = lowest;
      }
    });
  }
}

/** How many rows bear each of `k` labels. */
export function countRows(labels: Int32Array, k: number): Int32Array {
  const counts = new Int32Array(k);
  for (const label of labels) counts[label]++;
  return counts;
}

/** @param tile OUT, `[column][TILE]`; places without a row repeat the last one */
function fillTile(values: Float64Array, columns: number, from: number, filled: number, tile: Float64Array): void {
  for (let t = 0; t < TILE; t++) {
    const row = from + Math.min(t, filled - 1);
    for (let j = 0; j < columns; j++) tile[j * TILE + t] = values[row * columns + j];
  }
}

/** @param distances OUT: of the tile's rows to row i */
function measure(values: Float64Array, columns: number, i: number, tile: Float64Array, distances: Float64Array): void {
  let d0 = 0;
  let d1 = 0;
  let d2 = 0;
  let d3 = 0;
  const base = i * columns;
  for (let j = 0; j < columns; j++) {
    const value = values[base + j];
    const at = j * TILE;
    const e0 = value - tile[at];
    const e1 = value - tile[at + 1];
    const e2 = value - tile[at + 2];
    const e3 = value - tile[at + 3];
    d0 += e0 * e0;
    d1 += e1 * e1;
    d2 += e2 * e2;
    d3 += e3 * e3;
  }
  distances[0] = Math.sqrt(d0);
  distances[1] = Math.sqrt(d1);
  distances[2] = Math.sqrt(d2);
  distances[3] = Math.sqrt(d3);
}
