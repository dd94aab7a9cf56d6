import { Generator } from '../kmeans/generator.js';
import { symmetricEigen } from './eigen.js';

/** Up to so many columns the covariance matrix is formed and solved whole. */
const WHOLE = 128;
/** Vectors a Krylov block holds beyond the components wanted: equal eigenvalues up to that number are told apart. */
const EXTRA = 3;
/** Vectors a basis holds before it is begun anew from the best found so far. */
const BASIS = 160;
/** Residual, as a share of the largest eigenvalue, at which a component stands. */
const TOLERANCE = 1e-11;
const MAX_RESTARTS = 200;

/** Centred rows, read one at a time. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  /** @param out OUT, `columns` long */
  readonly row: (index: number, out: Float64Array) => void;
  readonly interrupt: () => void;
}

export interface Components {
  readonly mean: Float64Array;
  /** `count x columns`, orthonormal; the largest loading of each is positive. */
  readonly axes: Float64Array;
  /** Share of the whole variance along each axis; 0 where there is no variance. */
  readonly ratios: Float64Array;
}

/**
 * The first principal components (Pearson 1901; eigenvectors of the covariance matrix). Up to {@link WHOLE} columns
 * the matrix is formed; beyond, a block Krylov subspace is built by passes over the rows (Golub and Underwood 1977),
 * orthogonalised in full, from a fixed start, and restarted from its best vectors until the residuals vanish.
 */
export function principalComponents(source: Rows, count: number): Components {
  const { columns } = source;
  const mean = columnMeans(source);
  const variance = totalVariance(source, mean);
  const wanted = Math.min(count, columns);
  const { axes, values } = columns <= WHOLE ? solveWhole(source, mean, wanted) : solveKrylov(source, mean, wanted);
  for (let c = 0; c < wanted; c++) turnPositive(axes.subarray(c * columns, (c + 1) * columns));
  const ratios = values.map((value) => (variance > 0 ? Math.min(1, Math.max(0, value / variance)) : 0));
  return { mean, axes, ratios };
}

function forEachRow(source: Rows, visit: (row: Float64Array) => void): void {
  const row = new Float64Array(source.columns);
  for (let i = 0; i < source.rows; i++) {
    if (i % 1024 === 0) source.interrupt();
    source.row(i, row);
    visit(row);
  }
}

function columnMeans(source: Rows): Float64Array {
  const mean = new Float64Array(source.columns);
  forEachRow(source, (row) => {
    for (let j = 0; j < row.length; j++) mean[j] += row[j] / source.rows;
  });
  const rest = new Float64Array(source.columns);
  forEachRow(source, (row) => {
    for (let j = 0; j < row.length; j++) rest[j] += (row[j] - mean[j]) / source.rows;
  });
  return mean.map((value, j) => value + rest[j]);
}

/** Sum of squared deviations from the mean; the scatter that every eigenvalue is a share of. */
function totalVariance(source: Rows, mean: Float64Array): number {
  let sum = 0;
  forEachRow(source, (row) => {
    let squares = 0;
    for (let j = 0; j < row.length; j++) squares += (row[j] - mean[j]) ** 2;
    sum += squares;
  });
  return sum;
}

function solveWhole(source: Rows, mean: Float64Array, wanted: number): { axes: Float64Array; values: Float64Array } {
  const d = source.columns;
  const scatter = new Float64Array(d * d);
  forEachRow(source, (row) => {
    for (let j = 0; j < d; j++) row[j] -= mean[j];
    for (let a = 0; a < d; a++) {
      const value = row[a];
      for (let b = a; b < d; b++) scatter[a * d + b] += value * row[b];
    }
  });
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) scatter[a * d + b] = scatter[b * d + a];
  const { values, vectors } = symmetricEigen(scatter, d);
  return { axes: vectors.slice(0, wanted * d), values: values.slice(0, wanted) };
}

function solveKrylov(source: Rows, mean: Float64Array, wanted: number): { axes: Float64Array; values: Float64Array } {
  const d = source.columns;
  const block = Math.min(wanted + EXTRA, d);
  const room = Math.min(d, Math.max(BASIS, 3 * block));
  const generator = new Generator(0, 0);
  const draw = (): number => generator.uniform() - 0.5;
  const basis = new Float64Array(room * d);
  // What the scatter makes of each basis vector.
  const images = new Float64Array(room * d);
  let start: Float64Array = Float64Array.from({ length: block * d }, draw);
  for (let restart = 0; ; restart++) {
    let size = 0;
    let next = start;
    for (;;) {
      const before = size;
      for (let v = 0; v < block && size < room; v++) {
        basis.set(next.subarray(v * d, (v + 1) * d), size * d);
        orthonormalise(basis, size, d, draw);
        size++;
      }
      multiply(source, mean, basis.subarray(before * d, size * d), images.subarray(before * d, size * d));
      const full = size === room;
      // The small problem costs the cube of its size; looking at it every fourth block is enough.
      if (full || (before / block) % 4 === 3) {
        const { axes, values, residual } = ritz(basis, images, size, d, block);
        const last = size === d || restart === MAX_RESTARTS;
        if (residual(wanted) <= TOLERANCE * values[0] || (full && last)) {
          return { axes: axes.slice(0, wanted * d), values: values.slice(0, wanted) };
        }
        if (full) {
          start = axes;
          break;
        }
      }
      next = images.subarray(before * d, size * d);
    }
  }
}

/** Rayleigh and Ritz: the best eigenvectors within the basis, and how far they are from being true ones. */
function ritz(
  basis: Float64Array,
  images: Float64Array,
  size: number,
  d: number,
  keep: number,
): { axes: Float64Array; values: Float64Array; residual: (count: number) => number } {
  const small = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      const product = (dot(basis, a * d, images, b * d, d) + dot(basis, b * d, images, a * d, d)) / 2;
      small[a * size + b] = product;
      small[b * size + a] = product;
    }
  }
  const { values, vectors } = symmetricEigen(small, size);
  const combine = (from: Float64Array, v: number, out: Float64Array): void => {
    for (let b = 0; b < size; b++) axpy(vectors[v * size + b], from, b * d, out, 0, d);
  };
  const axes = new Float64Array(keep * d);
  for (let v = 0; v < keep; v++) combine(basis, v, axes.subarray(v * d, (v + 1) * d));
  const residual = (count: number): number => {
    let worst = 0;
    for (let v = 0; v < count; v++) {
      const difference = new Float64Array(d);
      combine(images, v, difference);
      axpy(-values[v], axes, v * d, difference, 0, d);
      worst = Math.max(worst, Math.sqrt(dot(difference, 0, difference, 0, d)));
    }
    return worst;
  };
  return { axes, values, residual };
}

/** Vector `at` of the basis made orthogonal to those before it and of length 1; drawn anew where nothing is left of it. */
function orthonormalise(basis: Float64Array, at: number, d: number, draw: () => number): void {
  const from = at * d;
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = Math.sqrt(dot(basis, from, basis, from, d));
    if (before > 0) for (let j = from; j < from + d; j++) basis[j] /= before;
    // Twice is enough (Kahan and Parlett), unless next to nothing remains.
    for (let pass = 0; pass < 2; pass++) {
      for (let b = 0; b < at; b++) axpy(-dot(basis, b * d, basis, from, d), basis, b * d, basis, from, d);
    }
    const after = Math.sqrt(dot(basis, from, basis, from, d));
    if (after > 1e-10) {
      for (let j = from; j < from + d; j++) basis[j] /= after;
      for (let b = 0; b < at; b++) axpy(-dot(basis, b * d, basis, from, d), basis, b * d, basis, from, d);
      return;
    }
    for (let j = from; j < from + d; j++) basis[j] = draw();
  }
}

/** @param out OUT: the scatter matrix times each of the vectors, in one pass over the rows */
function multiply(source: Rows, mean: Float64Array, vectors: Float64Array, out: Float64Array): void {
  const d = source.columns;
  const count = vectors.length / d;
  out.fill(0);
  forEachRow(source, (row) => {
    for (let j = 0; j < d; j++) row[j] -= mean[j];
    for (let v = 0; v < count; v++) axpy(dot(row, 0, vectors, v * d, d), row, 0, out, v * d, d);
  });
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, length: number): number {
  let even = 0;
  let odd = 0;
  let t = 0;
  for (; t + 1 < length; t += 2) {
    even += a[i + t] * b[j + t];
    odd += a[i + t + 1] * b[j + t + 1];
  }
  if (t < length) even += a[i + t] * b[j + t];
  return even + odd;
}

/** y += factor * x */
function axpy(factor: number, x: Float64Array, i: number, y: Float64Array, j: number, length: number): void {
  for (let t = 0; t < length; t++) y[j + t] += factor * x[i + t];
}

/** The largest loading (the first of those that tie) becomes positive. */
function turnPositive(axis: Float64Array): void {
  let largest = 0;
  for (let j = 1; j < axis.length; j++) if (Math.abs(axis[j]) > Math.abs(axis[largest])) largest = j;
  if (axis[largest] < 0) for (let j = 0; j < axis.length; j++) axis[j] = -axis[j];
}
