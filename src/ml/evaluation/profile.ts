import { exponentOf, timesPowerOfTwo } from '../kmeans/space.js';
import type { Evaluation, Matrix } from '../types.js';
import type { Groups } from './groups.js';

export type ColumnProfile = Pick<Evaluation, 'columnMeans' | 'columnDeviations' | 'clusterMeans' | 'clusterDeviations'>;

/**
 * Mean and standard deviation (of the population, n) of every column, over all rows and within each cluster. Rows count
 * once, whatever their weight, and as they were given, whatever the metric. Two passes in float64, rows in order.
 */
export function profileColumns({ data, rows, columns }: Matrix, labels: Int32Array, { starts }: Groups): ColumnProfile {
  const k = starts.length - 1;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  // Sums of values near the bounds of float64 would overflow, and squares much earlier.
  const exponent = exponentOf(largest);
  const factor = exponent < -1000 ? 1 : 2 ** -exponent;
  const back = factor === 1 ? 0 : exponent;
  const sizes = Float64Array.from({ length: k }, (_, c) => Math.max(1, starts[c + 1] - starts[c]));

  const means = new Float64Array(k * columns);
  for (let i = 0; i < rows; i++) {
    const to = labels[i] * columns;
    for (let j = 0; j < columns; j++) means[to + j] += (data[i * columns + j] * factor) / sizes[labels[i]];
  }
  const mean = new Float64Array(columns);
  for (let c = 0; c < k; c++) {
    const share = (starts[c + 1] - starts[c]) / rows;
    for (let j = 0; j < columns; j++) mean[j] += means[c * columns + j] * share;
  }
  const within = new Float64Array(k * columns);
  const all = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const to = labels[i] * columns;
    for (let j = 0; j < columns; j++) {
      const value = data[i * columns + j] * factor;
      within[to + j] += (value - means[to + j]) ** 2 / sizes[labels[i]];
      all[j] += (value - mean[j]) ** 2 / rows;
    }
  }
  const outOfSpace = (value: number): number => timesPowerOfTwo(value, back);
  const deviation = (variance: number): number => outOfSpace(Math.sqrt(variance));
  return {
    columnMeans: mean.map(outOfSpace),
    columnDeviations: all.map(deviation),
    clusterMeans: means.map(outOfSpace),
    clusterDeviations: within.map(deviation),
  };
}
