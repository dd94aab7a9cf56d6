/** Columns of a `rows x width` matrix made orthonormal: nearly, by Gram and Schmidt's method, modified. One that depends on those before becomes 0. */
export function orthonormalise(matrix: Float32Array, rows: number, width: number): Float64Array {
  const columns = Array.from({ length: width }, (_, c) =>
    Float64Array.from({ length: rows }, (_, j) => matrix[j * width + c]),
  );
  columns.forEach((column, c) => {
    const before = Math.sqrt(dot(column, column));
    for (let b = 0; b < c; b++) {
      const share = dot(columns[b], column);
      for (let j = 0; j < rows; j++) column[j] -= share * columns[b][j];
    }
    const length = Math.sqrt(dot(column, column));
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let j = 0; j < rows; j++) column[j] *= factor;
  });
  const out = new Float64Array(rows * width);
  columns.forEach((column, c) => {
    for (let j = 0; j < rows; j++) out[j * width + c] = column[j];
  });
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  for (let j = 1; j < a.length; j += 2) {
    even += a[j - 1] * b[j - 1];
    odd += a[j] * b[j];
  }
  return even + odd + (a.length % 2 === 1 ? a[a.length - 1] * b[a.length - 1] : 0);
}

/** The products of all pairs of columns, `width x width`. */
export function gram(matrix: Float64Array, rows: number, width: number): Float64Array {
  const out = new Float64Array(width * width);
  for (let j = 0; j < rows; j++) {
    const row = matrix.subarray(j * width, (j + 1) * width);
    for (let a = 0; a < width; a++) {
      for (let b = a; b < width; b++) out[a * width + b] += row[a] * row[b];
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) out[a * width + b] = out[b * width + a];
  return out;
}

/** The inverse of a symmetric matrix near the identity, by Gauss and Jordan's elimination. */
export function inverted(matrix: Float64Array, width: number): Float64Array {
  const left = Float64Array.from(matrix);
  const right = new Float64Array(width * width);
  for (let i = 0; i < width; i++) right[i * width + i] = 1;
  for (let i = 0; i < width; i++) {
    const pivot = left[i * width + i];
    for (let j = 0; j < width; j++) {
      left[i * width + j] /= pivot;
      right[i * width + j] /= pivot;
    }
    for (let r = 0; r < width; r++) {
      const share = left[r * width + i];
      if (r === i || share === 0) continue;
      for (let j = 0; j < width; j++) {
        left[r * width + j] -= share * left[i * width + j];
        right[r * width + j] -= share * right[i * width + j];
      }
    }
  }
  return right;
}
