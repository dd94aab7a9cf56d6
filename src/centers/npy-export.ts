/**
 * A table as NumPy's `np.load` reads it: format version 1.0, float64 little-endian, in C order.
 *
 * @param values row-major, `rows x columns`
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function toNpy(values: Float64Array, columns: number): Uint8Array {
  const shape = `(${values.length / columns}, ${columns})`;
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`;
  const prefix = 10;
  // The data begin at a multiple of 64, and the header ends in a line feed.
  const length = Math.ceil((prefix + header.length + 1) / 64) * 64 - prefix;
  const file = Buffer.alloc(prefix + length + values.byteLength, ' ');
  file.write('\x93NUMPY\x01\x00', 'latin1');
  file.writeUInt16LE(length, 8);
  file.write(header, prefix, 'latin1');
  file.write('\n', prefix + length - 1);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), prefix + length);
  return file;
}
