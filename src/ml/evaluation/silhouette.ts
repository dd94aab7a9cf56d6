/** Rows measured together, so that every value that is read serves four distances. */
const TILE = 4;

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
  progress: (fraction: number) => void,
): Float64Array {
  const rows = values.length / columns;
  const k = starts.length - 1;
  const coefficients = new Float64Array(rows);
  const tile = new Float64Array(TILE * columns);
  const sums = new Float64Array(TILE * k);
  let own = 0;
  for (let from = 0; from < rows; from += TILE) {
    interrupt();
    progress(from / rows);
    const filled = Math.min(TILE, rows - from);
    fillTile(values, columns, from, filled, tile);
    sums.fill(0);
    for (let c = 0; c < k; c++) addDistances(values, columns, starts[c], starts[c + 1], tile, sums, c * TILE);
    for (let t = 0; t < filled; t++) {
      while (from + t >= starts[own + 1]) own++;
      coefficients[from + t] = coefficient(sums, t, own, starts);
    }
  }
  return coefficients;
}

/** @param tile OUT, `[column][TILE]`; places without a row repeat the last one */
function fillTile(values: Float64Array, columns: number, from: number, filled: number, tile: Float64Array): void {
  for (let t = 0; t < TILE; t++) {
    const row = from + Math.min(t, filled - 1);
    for (let j = 0; j < columns; j++) tile[j * TILE + t] = values[row * columns + j];
  }
}

/** @param sums OUT, at `to`: the distances of the tile's rows to rows `begin` to `end`, added up */
function addDistances(
  values: Float64Array,
  columns: number,
  begin: number,
  end: number,
  tile: Float64Array,
  sums: Float64Array,
  to: number,
): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = begin; i < end; i++) {
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
    sum0 += Math.sqrt(d0);
    sum1 += Math.sqrt(d1);
    sum2 += Math.sqrt(d2);
    sum3 += Math.sqrt(d3);
  }
  sums[to] = sum0;
  sums[to + 1] = sum1;
  sums[to + 2] = sum2;
  sums[to + 3] = sum3;
}

function coefficient(sums: Float64Array, t: number, own: number, starts: Int32Array): number {
  const size = starts[own + 1] - starts[own];
  if (size === 1) return 0;
  let nearest = Infinity;
  for (let c = 0; c < starts.length - 1; c++) {
    const others = starts[c + 1] - starts[c];
    if (c !== own && others > 0) nearest = Math.min(nearest, sums[c * TILE + t] / others);
  }
  // The row's distance to itself is 0, so the sum over its cluster is that over the others.
  const inside = sums[own * TILE + t] / (size - 1);
  const larger = Math.max(inside, nearest);
  return larger === 0 ? 0 : (nearest - inside) / larger;
}
