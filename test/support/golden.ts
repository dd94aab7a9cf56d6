import { readFileSync } from 'node:fs';
import type { Matrix } from '../../src/ml/types.js';

/** What scikit-learn answered; `centers` and `inertia` are in the scaled space, labels in its own order. */
export interface GoldenCase {
  readonly name: string;
  readonly data: string;
  readonly k: number;
  readonly scaling: 'none' | 'standard' | 'min-max' | 'robust';
  readonly initRows: readonly number[];
  readonly inertia: number;
  readonly iterations: number;
  readonly centers: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly sizes: readonly number[];
  readonly silhouette: number;
  readonly calinskiHarabasz: number;
  readonly daviesBouldin: number;
  readonly explainedVariance: readonly number[];
}

export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: 'number'; readonly values: Float64Array }[];
  readonly matrix: Matrix;
}

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

export function goldenCases(): readonly GoldenCase[] {
  return (JSON.parse(fixture('sklearn.json')) as { cases: GoldenCase[] }).cases;
}

/** A table of numbers with a header line, as columns and as a matrix. */
export function readTable(name: string): Table {
  const [header, ...lines] = fixture(name).trim().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const names = header.split(',');
  return {
    columns: names.map((column, j) => ({
      name: column,
      type: 'number',
      values: Float64Array.from(rows, (row) => row[j]),
    })),
    matrix: { data: Float64Array.from(rows.flat()), rows: rows.length, columns: names.length },
  };
}

/** Rows of a matrix as centres to begin from. */
export function rowsOf({ data, columns }: Matrix, rows: readonly number[]): Matrix {
  const values = rows.flatMap((row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
  return { data: Float64Array.from(values), rows: rows.length, columns };
}
