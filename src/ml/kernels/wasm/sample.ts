/** Values of a sample at most, and rows. */
const VALUES = 1 << 15;
const ROWS = 1024;

/**
 * Some rows from all over a table. Their mean is taken off before screening and cells are laid over them: any rows are
 * right, typical ones screen better.
 * @param read writes the values of a row
 */
export function sampleRows(
  rows: number,
  columns: number,
  read: (row: number, out: Float64Array) => void,
): Float64Array {
  const count = Math.min(rows, ROWS, Math.max(16, Math.floor(VALUES / columns)));
  const sample = new Float64Array(count * columns);
  for (let s = 0; s < count; s++) {
    read(Math.floor((s * rows) / count), sample.subarray(s * columns, (s + 1) * columns));
  }
  return sample;
}
