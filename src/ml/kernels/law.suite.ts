import { Generator } from '../kmeans/generator.js';
import { PARTITIONS, partitionBounds, scaleFactors, type ClusterSums, type KernelInput } from './kernel.js';

/** What the suite makes of an input by itself, in the plainest float64: the law every kernel is held to. */
export class Law {
  readonly values: Float64Array;
  readonly bounds: Int32Array;

  constructor(readonly input: KernelInput) {
    const [first, second] = scaleFactors(input.exponent);
    this.values = Float64Array.from(input.data, (value) => value * first * second);
    this.bounds = partitionBounds(input.rows);
  }

  d2(row: number, centers: Float64Array, c: number): number {
    const d = this.input.columns;
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (this.values[row * d + j] - centers[c * d + j]) ** 2;
    return sum;
  }

  all(centers: Float64Array, k: number): Float64Array {
    return Float64Array.from({ length: this.input.rows * k }, (_, i) => this.d2(Math.floor(i / k), centers, i % k));
  }

  nearest(centers: Float64Array, k: number): { labels: number[]; runnerUps: number[] } {
    const labels: number[] = [];
    const runnerUps: number[] = [];
    for (let i = 0; i < this.input.rows; i++) {
      const order = Array.from({ length: k }, (_, c) => c).sort(
        (a, b) => this.d2(i, centers, a) - this.d2(i, centers, b) || a - b,
      );
      labels.push(order[0]);
      runnerUps.push(order[1] ?? -1);
    }
    return { labels, runnerUps };
  }

  weight(row: number): number {
    return this.input.weights?.[row] ?? 1;
  }

  overRows(value: (row: number) => number): Float64Array {
    const parts = new Float64Array(PARTITIONS);
    for (let p = 0; p < PARTITIONS; p++) {
      for (let i = this.bounds[p]; i < this.bounds[p + 1]; i++) parts[p] += value(i);
    }
    return parts;
  }

  /** Changes from `before` to `after`, carried into `sums`. */
  carry(before: ArrayLike<number>, after: ArrayLike<number>, sums: ClusterSums): void {
    const d = this.input.columns;
    const k = sums.counts.length;
    for (let p = 0; p < PARTITIONS; p++) {
      const delta = emptySums(k, d);
      const add = (row: number, cluster: number, sign: number): void => {
        const weight = sign * this.weight(row);
        for (let j = 0; j < d; j++) delta.sums[cluster * d + j] += weight * this.values[row * d + j];
        delta.weights[cluster] += weight;
        if (weight !== 0) delta.counts[cluster] += sign;
      };
      for (let i = this.bounds[p]; i < this.bounds[p + 1]; i++) {
        if (before[i] === after[i]) continue;
        add(i, after[i], 1);
        if (before[i] >= 0) add(i, before[i], -1);
      }
      delta.sums.forEach((value, j) => (sums.sums[j] += value));
      delta.weights.forEach((value, c) => (sums.weights[c] += value));
      delta.counts.forEach((value, c) => (sums.counts[c] += value));
    }
  }
}

export function emptySums(k: number, columns: number): ClusterSums {
  return { sums: new Float64Array(k * columns), weights: new Float64Array(k), counts: new Int32Array(k) };
}

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
  readonly value?: (generator: Generator, row: number, column: number) => number;
  readonly single?: boolean;
  readonly exponent?: number;
  readonly weighted?: boolean;
}

/** Row values and starting centres, the centres being rows (so that ties and zero distances occur). */
export function makeInput({ rows, columns, value, single, exponent = 0, weighted }: Shape, seed: number): KernelInput {
  const generator = new Generator(seed, 1);
  const draw = value ?? ((g: Generator): number => g.uniform() * 2 - 1);
  const data = Float64Array.from({ length: rows * columns }, (_, i) =>
    draw(generator, Math.floor(i / columns), i % columns),
  );
  const weights = Float64Array.from({ length: rows }, () => (generator.below(5) === 0 ? 0 : generator.uniform()));
  return {
    data: single ? Float32Array.from(data) : data,
    rows,
    columns,
    exponent,
    weights: weighted ? weights : null,
    interrupt: () => undefined,
  };
}

export function startOf(law: Law, k: number): Float64Array {
  const d = law.input.columns;
  const centers = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    const row = law.input.rows === 0 ? 0 : Math.floor((c * law.input.rows) / k);
    for (let j = 0; j < d; j++) centers[c * d + j] = law.values[row * d + j] || 0;
  }
  return centers;
}
