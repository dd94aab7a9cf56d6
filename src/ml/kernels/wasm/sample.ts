/** Values of a sample at most, and rows. */
const VALUES = 1 << 15;
const ROWS = 512;
/** Columns up to which cells are laid over it; beyond them, one row in so many is enough for a mean. */
const CELL_COLUMNS = 3;
const ROWS_A_SAMPLE = 64;

/**
 * Some rows from all over a table. Their mean is taken off before screening and cells are laid over them: any rows are
 * right, typical ones screen better.
 */
export function sampleRows(data: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const few = columns <= CELL_COLUMNS ? ROWS : Math.ceil(rows / ROWS_A_SAMPLE);
  const count = Math.min(rows, ROWS, Math.max(16, Math.min(few, Math.floor(VALUES / columns))));
  const sample = new Float64Array(count * columns);
  for (let s = 0, to = 0; s < count; s++) {
    const from = Math.floor((s * rows) / count) * columns;
    for (let j = 0; j < columns; j++) sample[to++] = data[from + j];
  }
  return sample;
}
