import { Generator } from '../kmeans/generator.js';
import type { Matrix } from '../types.js';

/** Rows listed cluster by cluster: those of cluster c are `rows[starts[c] .. starts[c + 1]]`, ascending. */
export interface Groups {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/** @param subset the rows to list, ascending; all when left out */
export function groupByLabel(labels: Int32Array, k: number, subset?: Int32Array): Groups {
  const count = subset?.length ?? labels.length;
  const starts = new Int32Array(k + 1);
  for (let i = 0; i < count; i++) starts[labels[subset?.[i] ?? i] + 1]++;
  for (let c = 0; c < k; c++) starts[c + 1] += starts[c];
  const next = starts.slice();
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const row = subset?.[i] ?? i;
    rows[next[labels[row]]++] = row;
  }
  return { rows, starts };
}

/** `size` of `rows` row numbers without replacement, ascending; all of them where `size` is not below `rows`. */
export function sampleRows(rows: number, size: number, seed: number): Int32Array {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i);
  if (size >= rows) return numbers;
  // Stream 0 is no restart's.
  const generator = new Generator(seed, 0);
  for (let i = 0; i < size; i++) {
    const j = i + generator.below(rows - i);
    const drawn = numbers[j];
    numbers[j] = numbers[i];
    numbers[i] = drawn;
  }
  return numbers.slice(0, size).sort();
}

/** Some rows of a matrix, in the order given, as a matrix of their own. */
export function takeRows({ data, columns }: Matrix, rows: Int32Array): Matrix {
  const taken = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { data: taken, rows: rows.length, columns };
}
