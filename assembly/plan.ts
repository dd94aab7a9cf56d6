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
  /** Whether lines are rows as they lie, not less the middle: float32, near the origin, of a multiple of 8 columns. */
  direct: i32;
  /** float64, k x columns. */
  centers: usize;
  /** Packed centres, see tile.ts. */
  packed: usize;
  /** float32, 8 a tile: squared norms of the packed centres. */
  norms: usize;
  /** float32, 8 a tile: -2 x step of a centre's integers. */
  steps: usize;
  /** One a row, see labels.ts. */
  labels: usize;
  /** A label has 2^labelShift bytes. */
  labelShift: usize;
  labelMask: u32;
  /** A bit a row: whether it has moved, see moves.ts. */
  moves: usize;
  /** As `labels`: those that the moved rows of a chunk had, one after another, from the chunk's first row on. */
  formers: usize;
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
  /** k x columns float64, k float64, k int32. */
  sums: usize;
  sumWeights: usize;
  sumCounts: usize;
  /** 0 float32 products, 1 int16 products. */
  integer: i32;
  /** What a phase gives out, as it says. */
  output: usize;
  output2: usize;
  output3: usize;
  /** int32 a row: the second nearest centre; 0 where it is not asked for. */
  runnerUps: usize;
  /** Bounds, see bounds.ts: float32 a row each. */
  lower: usize;
  upper: usize;
  /** uint8 a row: the snapshot that its bounds were taken at. */
  stamps: usize;
  /** uint16, rows x 8 * tiles; 0 where only the nearest other centre is bounded. */
  matrix: usize;
  /** uint8 a row and tile, see groups.ts; 0 where there are none. */
  groups: usize;
  /** Bytes of a row of them, a multiple of 16. */
  groupPitch: i32;
  /** uint16 a row: the steps that its bounds for tiles are counted from. */
  groupBases: usize;
  /** In the same steps, snapshots x such a row: how far the farthest-moved centre of a tile has, rounded up. */
  groupMoved: usize;
  /** The current centres as lines, see block.ts. */
  lines: usize;
  /** Earlier ones: snapshots x k lines. */
  snapshots: usize;
  /** float32, snapshots x 8 * tiles: how far a centre has moved since. */
  moved: usize;
  /** float32, as above: how far the farthest-moved other centre has. */
  movedMost: usize;
  /** float32, as above: the sum of the two. */
  movedBoth: usize;
  /** uint16, as above: `moved` in steps of the matrix, rounded up. */
  movedSteps: usize;
  /** float32 a snapshot: how far the two farthest-moved centres have, together. */
  movedTwo: usize;
  /** See grid.ts; 0 where there is none. */
  grid: usize;
  /** See sketch.ts; 0 where there is none. */
  sketch: usize;
  /** The snapshot that the current centres are in. */
  now: i32;
  /** int32: how many values are there while the table is still filled; 0 where all are. */
  filled: usize;
  /** See cells.ts; 0 where there are none. */
  cells: usize;
  /** Centres in 8 bits, see coarse.ts, 0 where there are none; int32 a centre, what its sums start from; float32 a centre, -2 x step. */
  coarse: usize;
  coarseStarts: usize;
  coarseSteps: usize;
  /** float32 a centre: what its screened values begin from. */
  coarseNorms: usize;
  /** The same, rounded up: its length less the middle, and what packing in 8 bits took off it. */
  coarseLengths: usize;
  coarseLosses: usize;
  /** Whether rows are packed as they lie: float32, of a multiple of 8 columns, hardly a value negative. */
  coarsePlain: i32;
  /** uint32, the byte in a line at which each group of eight columns that is packed begins; bytes of a packed row, a multiple of 16. */
  coarseGroups: usize;
  coarseWidth: i32;
  /** The values in bytes, see held.ts, where that is all there is of them; else 0. */
  bytes: usize;
  // float32 from here
  /** Largest norm of a centre, rounded up. */
  centerNorm: f32;
  /** Largest distance between a centre and its packed form, rounded up. */
  centerError: f32;
  /** Length of one step of the matrix. */
  step: f32;
  /** The same of the bounds for tiles. */
  groupStep: f32;
  /** Largest norm of a centre so far, rounded up. */
  reach: f32;
  /** Length of the middle, where lines are not less it. */
  away: f32;
  /** Length of the middle, where rows are packed as they lie, else 0. */
  coarseAway: f32;
  /** A value is (byte + low) x unit. */
  low: f32;
  unit: f32;
}

export const PARTITIONS = 16;

// @ts-ignore: decorator
@inline
export function partitionStart(rows: i32, p: i32): i32 {
  return <i32>((<i64>rows * <i64>p) >> 4);
}
