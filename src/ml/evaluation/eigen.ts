/**
 * Eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's cyclic rotations (1846; the convergent form of
 * Golub and Van Loan, "Matrix Computations", section 8.5). Slow beyond some hundred columns, but accurate to the last
 * bits, also where eigenvalues coincide.
 * @param matrix OUT, `n x n`; destroyed
 * @returns values falling, and the vectors as rows in the same order
 */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  let norm = 0;
  for (const value of matrix) norm += value * value;
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += 2 * matrix[i * n + j] ** 2;
    // A relative 2^-104 in squares is the rounding of float64.
    if (off <= norm * 2 ** -104) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q);
    }
  }
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    const difference = matrix[b * n + b] - matrix[a * n + a];
    return difference === 0 ? a - b : difference;
  });
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => matrix[i * n + i]), vectors: sorted };
}

/** Turns the plane of p and q so that the entry between them vanishes. */
function rotate(matrix: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const entry = matrix[p * n + q];
  if (entry === 0) return;
  const slope = (matrix[q * n + q] - matrix[p * n + p]) / (2 * entry);
  const tangent = (slope >= 0 ? 1 : -1) / (Math.abs(slope) + Math.hypot(1, slope));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = tangent * cosine;
  for (let i = 0; i < n; i++) {
    const a = matrix[i * n + p];
    const b = matrix[i * n + q];
    matrix[i * n + p] = cosine * a - sine * b;
    matrix[i * n + q] = sine * a + cosine * b;
  }
  turn(matrix, n, p, q, cosine, sine);
  turn(vectors, n, p, q, cosine, sine);
  matrix[p * n + q] = 0;
  matrix[q * n + p] = 0;
}

function turn(rows: Float64Array, n: number, p: number, q: number, cosine: number, sine: number): void {
  for (let i = 0; i < n; i++) {
    const a = rows[p * n + i];
    const b = rows[q * n + i];
    rows[p * n + i] = cosine * a - sine * b;
    rows[q * n + i] = sine * a + cosine * b;
  }
}
