import type { Kernel, Labels } from '../kernels/kernel.js';
import type { Algorithm, TrainingState } from '../types.js';
import { Cluster } from './cluster.js';

/** Sums are taken anew at the first and every 16th iteration, so that a run resumed from there ends with the same bits. */
const RECOUNT_EVERY = 16;

export interface TrainingOptions {
  readonly k: number;
  readonly maxIterations: number;
  /** Largest sum of squared shifts, in the kernel's space, that counts as standing still; 0 for labels only. */
  readonly shiftTolerance: number;
  readonly spherical: boolean;
}

/** One training's outcome, in the kernel's space, clusters numbered as the starting centres were. */
export interface Trained {
  readonly centers: Float64Array;
  /** One a row; where the kernel keeps them until its next training. */
  readonly labels: Labels;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** How often an empty cluster was given a row. */
  readonly refilled: number;
  /** Clusters that are empty after all. */
  readonly empty: number;
  readonly algorithm: Algorithm;
}

/**
 * Training: Lloyd's iteration (1957, published 1982) from given centres until no label changes, or the centres stand
 * still within the tolerance, or the cap; after the last two one more assignment, so that labels and centres agree.
 */
export class KMeans {
  /** @param weights one a row, as the kernel has them; null where all are 1 */
  constructor(
    private readonly kernel: Kernel,
    private readonly weights: Float64Array | null,
    private readonly options: TrainingOptions,
    /** Called after every iteration. */
    private readonly onIteration: (iteration: number, cluster: Cluster) => void,
    /** Called where the training may be taken up again later. */
    private readonly onState?: (state: () => TrainingState) => void,
  ) {}

  /** @param start centres, `k x columns`, in the kernel's space, or where an earlier training stood */
  train(start: Float64Array | TrainingState): Trained {
    const { k, spherical } = this.options;
    const cluster = new Cluster(this.kernel, this.weights, k, spherical);
    try {
      return this.iterate(cluster, start);
    } finally {
      cluster.close();
    }
  }

  private iterate(cluster: Cluster, start: Float64Array | TrainingState): Trained {
    const { maxIterations, shiftTolerance } = this.options;
    const state = 'centers' in start ? start : null;
    let centers: Float64Array = Float64Array.from(state ? state.centers : (start as Float64Array));
    let next: Float64Array = new Float64Array(centers.length);
    let refilled = state?.refilled ?? 0;
    let iterations = state?.iterations ?? 0;
    let standing = state?.standing ?? 0;
    if (state) {
      // The labels as they were: the next iteration counts those that move. Its sums are taken anew.
      cluster.assign(state.before);
      cluster.fillEmpty(state.before);
    }
    let ending: 'labels' | 'shift' | 'cap' = 'cap';

    while (iterations < maxIterations) {
      iterations++;
      const moved = cluster.assign(centers);
      const filled = cluster.fillEmpty(centers);
      refilled += filled;
      const still = moved === 0 && filled === 0;
      standing = still ? standing + 1 : 0;
      if (still || iterations % RECOUNT_EVERY === 1) cluster.recount();
      const shift = cluster.means(centers, next);
      [centers, next] = [next, centers];
      this.onIteration(iterations, cluster);
      if (still && shift === 0) {
        ending = 'labels';
        break;
      }
      if (shiftTolerance > 0 && shift <= shiftTolerance) {
        ending = 'shift';
        break;
      }
      if (iterations % RECOUNT_EVERY === 0) {
        const [before, after] = [next, centers];
        this.onState?.(() => ({ iterations, before: before.slice(), centers: after.slice(), standing, refilled }));
      }
    }
    // Further iterations without a moved label served only to take the rounding out of the centres.
    const counted = standing > 0 ? iterations - standing + 1 : iterations;
    if (ending !== 'labels') refilled += this.settle(cluster, centers, next);
    return {
      centers,
      labels: cluster.labels,
      inertia: this.kernel.inertia(centers, cluster.labels),
      iterations: counted,
      converged: ending !== 'cap' || standing > 0,
      refilled,
      empty: cluster.emptyCount,
      algorithm: cluster.algorithm,
    };
  }

  /**
   * One more assignment; where that leaves a cluster empty, it is given a row and the assignment is done again. One that
   * runs empty every time, for rows that rounding alone tells apart, stays so: labels are those of the nearest centres.
   */
  private settle(cluster: Cluster, centers: Float64Array, scratch: Float64Array): number {
    let refilled = 0;
    cluster.assign(centers);
    for (let round = 0; round <= this.options.k; round++) {
      const filled = cluster.fillEmpty(centers);
      if (filled === 0) break;
      refilled += filled;
      cluster.means(centers, scratch);
      centers.set(scratch);
      cluster.assign(centers);
    }
    return refilled;
  }
}
