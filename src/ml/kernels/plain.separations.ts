/** Rows measured together, so that every value that is read serves four distances. */
const TILE = 4;

/** {@link Kernel.separations} in plain TypeScript; `values` are row-major. */
export function plainSeparations(
  values: Float64Array,
  columns: number,
  starts: Int32Array,
  own: Float64Array,
  nearest: Float64Array,
  interrupt: () => void,
): void {
  const rows = own.length;
  const tile = new Float64Array(TILE * columns);
  const sums = new Float64Array(TILE);
  nearest.fill(Infinity);
  for (let from = 0; from < rows; from += TILE) {
    interrupt();
    const filled = Math.min(TILE, rows - from);
    fillTile(values, columns, from, filled, tile);
    for (let g = 0; g + 1 < starts.length; g++) {
      const begin = starts[g];
      const end = starts[g + 1];
      if (begin === end) continue;
      addDistances(values, columns, begin, end, tile, sums);
      for (let t = 0; t < filled; t++) {
        const row = from + t;
        if (begin <= row && row < end) own[row] = sums[t];
        else nearest[row] = Math.min(nearest[row], sums[t] / (end - begin));
      }
    }
  }
}

/** @param tile OUT, `[column][TILE]`; places without a row repeat the last one */
function fillTile(values: Float64Array, columns: number, from: number, filled: number, tile: Float64Array): void {
  for (let t = 0; t < TILE; t++) {
    const row = from + Math.min(t, filled - 1);
    for (let j = 0; j < columns; j++) tile[j * TILE + t] = values[row * columns + j];
  }
}

/** @param sums OUT: the distances of the tile's rows to rows `begin` to `end`, added up */
function addDistances(
  values: Float64Array,
  columns: number,
  begin: number,
  end: number,
  tile: Float64Array,
  sums: Float64Array,
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
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}
