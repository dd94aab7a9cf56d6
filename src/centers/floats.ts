/** A copy without negative zeros, which JSON cannot hold: what is stored survives every export to the bit. */
export function withoutNegativeZeros(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values, (value) => value + 0);
}

/** Row-major values as an array a row. */
export function toRows(values: Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}
