/**
 * A table as NumPy's `np.load` reads it: format version 1.0, float64 little-endian, in C order.
 *
 * @param values row-major, `rows x columns`
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function toNpy(values: Float64Array, columns: number): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([npyHeader(values.length / columns, columns), bytes]);
}

/** What comes before the values; its length is a multiple of 64, and it ends in a line feed. */
export function npyHeader(rows: number, columns: number): Uint8Array {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const prefix = 10;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(length - prefix, 8);
  header.write(text, prefix, 'latin1');
  header.write('\n', length - 1);
  return header;
}
