import { expect } from '@jest/globals';
import fc from 'fast-check';
import { Generator } from '../../src/ml/kmeans/generator.js';
import type { FitResult, Matrix } from '../../src/ml/types.js';

type Kind = 'uniform' | 'clustered' | 'grid' | 'duplicates' | 'far';
export interface Drawn {
  readonly matrix: Matrix;
  readonly k: number;
  readonly seed: number;
}

/** Tables of many shapes and characters; k is at most the number of distinct rows. */
export const tables = (...kinds: Kind[]): fc.Arbitrary<Drawn> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      rows: fc.integer({ min: 1, max: 150 }),
      columns: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 40 })),
      k: fc.integer({ min: 1, max: 20 }),
      seed: fc.nat(),
    })
    .map(({ kind, rows, columns, k, seed }) => {
      const generator = new Generator(seed, 7);
      const value = (i: number): number => {
        if (kind === 'grid') return generator.below(4);
        if (kind === 'far') return 1e5 + generator.uniform();
        const blob = kind === 'clustered' ? (Math.imul(Math.floor(i / columns), 2654435761) >>> 0) % 5 : 0;
        return blob * 3 + generator.uniform();
      };
      const data = Float64Array.from({ length: rows * columns }, (_, i) => value(i));
      if (kind === 'duplicates') {
        for (let i = 0; i < rows; i++) {
          const from = generator.below(i + 1) * columns;
          data.copyWithin(i * columns, from, from + columns);
        }
      }
      const distinct = new Set(
        Array.from({ length: rows }, (_, i) => String(data.subarray(i * columns, (i + 1) * columns))),
      ).size;
      return { matrix: { data, rows, columns }, k: Math.min(k, distinct), seed: seed >>> 0 };
    });

export const ALL: Kind[] = ['uniform', 'clustered', 'grid', 'duplicates', 'far'];

export function bruteForce(
  { data, rows, columns }: Matrix,
  centers: Float64Array,
): { labels: Int32Array; inertia: number } {
  const labels = new Int32Array(rows);
  let inertia = 0;
  for (let i = 0; i < rows; i++) {
    let best = Infinity;
    for (let c = 0; c < centers.length / columns; c++) {
      let distance = 0;
      for (let j = 0; j < columns; j++) distance += (data[i * columns + j] - centers[c * columns + j]) ** 2;
      if (distance < best) {
        best = distance;
        labels[i] = c;
      }
    }
    inertia += best;
  }
  return { labels, inertia };
}

export function checkFit(matrix: Matrix, result: FitResult): void {
  const { labels, inertia } = bruteForce(matrix, result.centers);
  // The engine's ties go to the lowest number before the clusters are put in order.
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === result.labels[i]) continue;
    const own = bruteForce(rowOf(matrix, i), centerOf(result, result.labels[i]));
    const best = bruteForce(rowOf(matrix, i), centerOf(result, labels[i]));
    expect(own.inertia).toBe(best.inertia);
  }
  expect(Math.abs(result.inertia! - inertia)).toBeLessThanOrEqual(1e-9 * inertia);
  const counts = new Int32Array(result.k);
  for (const label of result.labels) counts[label]++;
  expect(result.sizes).toEqual(counts);
  expect(Math.min(...counts)).toBeGreaterThan(0);
}

export function rowOf({ data, columns }: Matrix, i: number): Matrix {
  return { data: data.slice(i * columns, (i + 1) * columns), rows: 1, columns };
}

export function centerOf({ centers, columns }: FitResult, c: number): Float64Array {
  return centers.slice(c * columns, (c + 1) * columns);
}
