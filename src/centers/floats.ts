/** Float64 values as the bytes that the database keeps, little-endian; no copy. */
export function toBytes(values: Float64Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** The values back, in memory of their own: the bytes of a query's answer may begin anywhere in a shared block. */
export function fromBytes(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

/** A copy without negative zeros, which JSON cannot hold: what is stored survives every export to the bit. */
export function withoutNegativeZeros(values: Float32Array | Float64Array): Float64Array {
  return Float64Array.from(values, (value) => value + 0);
}

/** Row-major values as an array a row. */
export function toRows(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}
