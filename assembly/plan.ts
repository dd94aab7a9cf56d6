/**
 * What every phase needs to know, written by the leader before a phase begins. Field order is mirrored by
 * `src/ml/kernels/wasm/plan.ts`; addresses are byte offsets in the shared memory.
 */
@unmanaged
export class Plan {
  rows: i32;
  columns: i32;
  k: i32;
  /** Tiles of 8 centres. */
  tiles: i32;
  /** Row-major values, float32, or float64 where `wide`. */
  values: usize;
  wide: i32;
  /** float64 a row, or 0. */
  weights: usize;
  /** float32 a column, taken off before screening. */
  middle: usize;
  /** float64, k x columns. */
  centers: usize;
  /** Packed centres, see tile.ts. */
  packed: usize;
  /** float32, 8 a tile: squared norms of the packed centres. */
  norms: usize;
  /** float32, 8 a tile: -2 x step of a centre's integers. */
  steps: usize;
  /** int32 a row. */
  labels: usize;
  /** uint32 a row: the moves of a chunk, from its first row on. */
  moves: usize;
  /** int32 a chunk. */
  moveCounts: usize;
  /** Chunks a partition. */
  split: i32;
  /** Partition deltas: 16 x k x columns float64. */
  deltas: usize;
  /** 16 x k float64. */
  deltaWeights: usize;
  /** 16 x k int32. */
  deltaCounts: usize;
  /** 16 x k int32: whether a partition touched a cluster. */
  touched: usize;
  sums: usize;
  sumWeights: usize;
  sumCounts: usize;
  scratch: usize;
  scratchBytes: i32;
  /** 0 float32 products, 1 int16 products. */
  integer: i32;
  /** OUT of phases, whatever they say. */
  output: usize;
  /** Second output. */
  output2: usize;
  output3: usize;
  output4: usize;
  /** float32 a row: how much the centres may move before the row is looked at again. */
  slack: usize;
  /** uint16 a row x bound columns. */
  lower: usize;
  spare0: i32;
  spare1: i32;
  // float32 from here
  /** Largest norm of a centre, rounded up. */
  centerNorm: f32;
  /** Largest distance between a centre and its packed form, rounded up. */
  centerError: f32;
}

export const PARTITIONS = 16;

// @ts-ignore: decorator
@inline
export function partitionStart(rows: i32, p: i32): i32 {
  return <i32>((<i64>rows * <i64>p) >> 4);
}
