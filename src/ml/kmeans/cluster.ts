import type { Assigner, ClusterSums, Kernel, Labels } from '../kernels/kernel.js';

/** Group memberships of one training: which row is in which cluster, each cluster's sum, weight and size. */
export class Cluster {
  private readonly sums: ClusterSums;
  private readonly assigner: Assigner;

  /**
   * @param weights one a row, as the kernel has them; null where all are 1
   * @param spherical centres are brought to unit length
   */
  constructor(
    private readonly kernel: Kernel,
    private readonly weights: Float64Array | null,
    private readonly k: number,
    private readonly spherical: boolean,
  ) {
    this.assigner = kernel.assigner(k);
    this.sums = {
      sums: new Float64Array(k * kernel.columns),
      weights: new Float64Array(k),
      counts: new Int32Array(k),
    };
  }

  get algorithm() {
    return this.assigner.algorithm;
  }

  /** One a row, where the kernel keeps them. Read-only to the caller. */
  get labels(): Labels {
    return this.assigner.labels;
  }

  /** Every row to its nearest centre. Returns how many rows moved. */
  assign(centers: Float64Array): number {
    return this.assigner.assign(centers, this.sums);
  }

  /** The sums anew, free of the rounding that changes leave behind. */
  recount(): void {
    this.assigner.recount(this.sums);
  }

  /**
   * The means of the clusters. One without weight keeps its centre, as does a spherical one whose mean is the origin.
   * @param centers the current ones, `k x columns`
   * @param means OUT, `k x columns`
   * @returns the sum of squared shifts
   */
  means(centers: Float64Array, means: Float64Array): number {
    const d = this.kernel.columns;
    const { sums, weights, counts } = this.sums;
    let shift = 0;
    for (let c = 0; c < this.k; c++) {
      const from = c * d;
      if (counts[c] === 0) {
        means.set(centers.subarray(from, from + d), from);
        continue;
      }
      for (let j = from; j < from + d; j++) means[j] = sums[j] / weights[c];
      if (this.spherical && !normalise(means, from, d)) means.set(centers.subarray(from, from + d), from);
      for (let j = from; j < from + d; j++) shift += (means[j] - centers[j]) ** 2;
    }
    return shift;
  }

  /**
   * Gives each empty cluster, in order, the row farthest from its own centre (the lowest row where they tie): one row
   * each, never the last of a cluster, never one of weight 0 or at distance 0. The sums are recounted.
   * @returns how many clusters were given a row
   */
  fillEmpty(centers: Float64Array): number {
    const { counts } = this.sums;
    if (!counts.includes(0)) return 0;
    const { labels } = this;
    const distances = new Float64Array(this.kernel.rows);
    this.kernel.distances(centers, labels, distances);
    let filled = 0;
    for (let c = 0; c < this.k; c++) {
      if (counts[c] !== 0) continue;
      let farthest = -1;
      for (let i = 0; i < distances.length; i++) {
        if (distances[i] <= (farthest < 0 ? 0 : distances[farthest])) continue;
        if (this.weights?.[i] === 0 || counts[labels[i]] < 2) continue;
        farthest = i;
      }
      if (farthest < 0) break;
      counts[labels[farthest]]--;
      counts[c] = 1;
      labels[farthest] = c;
      distances[farthest] = 0;
      filled++;
    }
    if (filled > 0) {
      this.assigner.invalidate();
      this.recount();
    }
    return filled;
  }

  /**
   * Sum of squared distances to the means of the clusters as they are now, without a pass over the rows: by the law of
   * total variance it is the scatter of all rows less that of the means. Good to about 1e-15 of `scatter`.
   * @param mean of all rows, weighted
   * @param scatter weighted sum of squared distances of all rows to it
   */
  scatterWithin(mean: Float64Array, scatter: number): number {
    const { sums, weights } = this.sums;
    const d = mean.length;
    let between = 0;
    for (let c = 0; c < this.k; c++) {
      if (this.sums.counts[c] === 0) continue;
      for (let j = 0; j < d; j++) between += weights[c] * (sums[c * d + j] / weights[c] - mean[j]) ** 2;
    }
    return Math.max(0, scatter - between);
  }

  /** Clusters that have no row of positive weight. */
  get emptyCount(): number {
    return this.sums.counts.filter((count) => count === 0).length;
  }

  close(): void {
    this.assigner.close();
  }
}

/**
 * Brings `values[from .. from + length]` to unit length.
 * @param values OUT
 * @returns false, and nothing is done, where the length is 0
 */
export function normalise(values: Float64Array, from: number, length: number): boolean {
  let squares = 0;
  for (let j = from; j < from + length; j++) squares += values[j] * values[j];
  if (squares === 0) return false;
  const norm = Math.sqrt(squares);
  for (let j = from; j < from + length; j++) values[j] /= norm;
  return true;
}
