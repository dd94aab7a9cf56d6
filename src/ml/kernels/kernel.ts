import type { Algorithm, PredictOptions } from '../types.js';

/** How much is told about the centres nearest to a row. */
export type Detail = NonNullable<PredictOptions['detail']>;

/**
 * What a kernel must do. A kernel is made for one table and keeps (or borrows) it for its life, so that it may hold the
 * rows in its own shared memory, in whatever layout, and spread its work over threads; every call is synchronous for
 * its caller, which is the leading worker thread.
 *
 * The law that lets kernels differ in everything but their answers: float32, SIMD, fused multiply-add and bounds may
 * only screen. Every label and every number that leaves a kernel is the one that strict float64 gives:
 * - values: v = x * first * second of {@link scaleFactors}, exact in float64 for all but absurd ranges;
 * - squared distance: d2(v, c) = sum over j = 0, 1, ... d-1, in this order, of (v_j - c_j) * (v_j - c_j), no fusing;
 * - nearest centre: the lowest d2, the lowest number where they tie;
 * - sums over rows: within the partitions of {@link partitionBounds} in row order, partitions added in order.
 *
 * Parameters marked OUT are written to. Centres are always Float64Array, `k x columns`, in scaled values.
 */
export interface Kernel {
  /** e.g. `plain`, `wasm-relaxed-simd`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;

  /**
   * Nearest centre of every row, without memory of earlier calls.
   * @param centers `k x columns`
   * @param labels OUT, one a row
   */
  nearest(centers: Float64Array, k: number, labels: Int32Array): void;

  /**
   * The same where nobody has looked at the values yet, and more of them may still be on their way.
   * @param detail what to have beside the labels
   * @returns what was found, if all values are finite; it stands until the next call
   */
  nearestUnseen(centers: Float64Array, k: number, detail: Detail): Found;

  /**
   * Nearest and second nearest centre of every row. The runner-up is the nearest among the others, lowest number on ties;
   * -1 and Infinity at k 1.
   * @param out OUT, one entry a row in each of its arrays
   */
  nearestTwo(centers: Float64Array, k: number, out: NearestTwo): void;

  /**
   * Squared distances to all centres.
   * @param out OUT, `rows x k`
   */
  transform(centers: Float64Array, k: number, out: Float64Array): void;

  /**
   * Squared distance of every row to the centre that its label names.
   * @param out OUT, one a row
   */
  distances(centers: Float64Array, labels: Labels, out: Float64Array): void;

  /** Sum of weight x these distances: within the partitions in row order, partitions added in order. */
  inertia(centers: Float64Array, labels: Labels): number;

  /**
   * How apart the rows are, group by group, in several groupings of the same rows at once. Distances here are lengths,
   * sqrt(d2), added up a group in row order.
   * @param own OUT, `groupings x rows`: the sum of a row's distances to the rows of its group
   * @param nearest OUT, `groupings x rows`: the lowest mean of its distances to the rows of another group; Infinity
   * without one
   */
  separations(groupings: readonly Grouping[], own: Float64Array, nearest: Float64Array): void;

  /**
   * The scaled values of one row.
   * @param out OUT, `columns` long
   */
  row(index: number, out: Float64Array): void;

  /**
   * Begins a seeding: no row chosen yet. A kernel has at most one seeding and one assigner open.
   * @param k how many rows will be chosen, by which a kernel may choose its way
   */
  seeding(k?: number): Seeding;

  /** Begins a training with k clusters: no row has a label. */
  assigner(k: number): Assigner;

  /** Gives the memory and the threads back. */
  close(): void;
}

/** What a kernel is made from. The arrays are borrowed and never written to. */
export interface KernelInput {
  /** The caller's own values, row-major, known to be finite. */
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Values are taken times 2^-exponent, which brings the largest magnitude into [0.5, 1). */
  readonly exponent: number;
  /** One a row, at most 1, none negative; null where all are 1. */
  readonly weights: Float64Array | null;
  /** Called between chunks of at most some milliseconds by long calls; throws when the work shall end. */
  readonly interrupt: () => void;
}

/** The rows in groups, some of which may have none. */
export interface Grouping {
  /** One a row, from 0 to `k - 1`. */
  readonly labels: Int32Array;
  readonly k: number;
}

export type KernelFactory = (input: KernelInput) => Kernel;

/** What {@link Kernel.nearestUnseen} found. */
export interface Found {
  /** The largest magnitude, 0 for one below 1e40 perhaps; not a number where one is not finite: then the rest means nothing. */
  readonly largest: number;
  /** Nearest centre, one a row. */
  readonly labels: Int32Array;
  /** Distance to it, no square; empty when not asked for. */
  readonly distances: Float64Array;
  /** Second nearest centre, -1 at k 1, and the distance to it, Infinity at k 1; empty when not asked for. */
  readonly runnerUps: Int32Array;
  readonly runnerUpDistances: Float64Array;
}

export interface NearestTwo {
  /** OUT, nearest centre. */
  readonly labels: Int32Array;
  /** OUT, squared distance to it. */
  readonly distances: Float64Array;
  /** OUT, second nearest centre. */
  readonly runnerUps: Int32Array;
  /** OUT, squared distance to it. */
  readonly runnerUpDistances: Float64Array;
}

/** The state of one k-means++ seeding: how far every row is from the closest of the rows chosen so far. */
export interface Seeding {
  /** Squared distance of every row to the closest chosen row; Infinity before the first. A copy, or read-only to the caller. */
  readonly closest: Float64Array;
  /** Sum of weight x closest over all rows, as `Potential` adds them up. */
  readonly potential: number;

  /** Chooses a row: `closest` falls where d2 to it is lower. Cheapest for a candidate of the last call. */
  add(row: number): void;

  /**
   * The first row at which the mass cumulated in row order exceeds a share of the potential, which is not 0.
   * @param share from 0 to 1, 1 not included
   */
  draw(share: number): number;

  /** Index of the candidate whose choice would leave the lowest potential, the first where they tie. */
  best(candidates: Int32Array): number;

  close(): void;
}

/** Numbers of clusters, in as many bytes as their kernel keeps them. */
export type Labels = Uint8Array | Uint16Array | Int32Array;

/** Sums over the rows of each cluster, kept by the training loop and brought up to date by an {@link Assigner}. */
export interface ClusterSums {
  /** `k x columns`: weighted sums of the values. */
  readonly sums: Float64Array;
  /** k: sums of the weights. */
  readonly weights: Float64Array;
  /** k: rows of positive weight. What decides whether a cluster is empty, for it is free of rounding. */
  readonly counts: Int32Array;
}

/**
 * One training: assigns the rows to moving centres again and again. It may keep bounds between calls (Hamerly, Elkan, ...)
 * and change its method as it goes.
 */
export interface Assigner {
  /** The method used so far and why; final after the last call. */
  readonly algorithm: Algorithm;
  /** One a row, 0 before the first call. The caller writes to it only before {@link invalidate}. */
  readonly labels: Labels;

  /**
   * Gives every row its nearest centre and carries the changes into `sums`: a partition adds up, in row order and from
   * zero, + weight x row for the new and - weight x row for the old cluster (the new one first) of each row whose label
   * changed; the partitions' results are then added to `sums` in order. On the first call all rows enter, into sums of 0.
   * @param centers `k x columns`, any centres, though bounds live from small steps
   * @param sums OUT
   * @returns the number of rows whose label changed
   */
  assign(centers: Float64Array, sums: ClusterSums): number;

  /**
   * The sums anew from the labels: a partition adds up weight x row in row order from zero, partitions added in order.
   * @param sums OUT
   */
  recount(sums: ClusterSums): void;

  /** The labels were written to from outside, or the centres jumped: forget all bounds. */
  invalidate(): void;

  close(): void;
}

/** Rows are summed in so many partitions, whatever the number of threads. */
export const PARTITIONS = 16;

/** Partition p holds the rows from `bounds[p]` to `bounds[p + 1]` (not included); a matter of the row count alone. */
export function partitionBounds(rows: number): Int32Array {
  return Int32Array.from({ length: PARTITIONS + 1 }, (_, p) => Math.floor((rows * p) / PARTITIONS));
}

/**
 * 2^-exponent as two factors, applied one after the other, for as one it may lie beyond float64. A value that is so far
 * below the largest one (2^-1022 of it) that it becomes subnormal loses bits.
 */
export function scaleFactors(exponent: number): readonly [first: number, second: number] {
  const half = Math.trunc(-exponent / 2);
  return [2 ** half, 2 ** (-exponent - half)];
}
