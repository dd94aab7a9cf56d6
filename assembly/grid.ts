import { labelOf } from './labels';
import { PARTITIONS, partitionStart, Plan } from './plan';
import { value } from './strict';

/**
 * Few columns: the rows in the order of a space-filling curve, in blocks of 32 that each know the box that they fill.
 * Mirrored by `src/ml/kernels/wasm/grid.ts`.
 */
@unmanaged
export class Grid {
  /** Blocks, the last one filled up with copies of its last row. */
  blocks: i32;
  /** Rows in the order of the curve, uint32. */
  order: usize;
  /** The same while they are sorted, and their keys twice. */
  order2: usize;
  keys: usize;
  keys2: usize;
  /** uint32, part x bucket. */
  buckets: usize;
  /** float32: [block][column][32], the values less the middle. */
  points: usize;
  /** float32: [block][8]: centre of the box, 3, half its sides, 3, half its diagonal, one spare. */
  boxes: usize;
  /** uint16 a place in the order. */
  labels: usize;
  /** As `labels` of the plan: the label that a row moves to. */
  next: usize;
  /** A bit a row: whether it moves. */
  moving: usize;
  /** int32 a partition. */
  movedRows: usize;
  /** int32 a block: the label of all of its rows, or -1. */
  states: usize;
  /** float32 a block: what centres may move before the block is looked at again. */
  slacks: usize;
  /** uint8 a block. */
  stamps: usize;
  /** The centres less the middle, a list of boxes.ts. */
  centers: usize;
  /** 0 or 11: the lowest bit of the key that a pass sorts by. */
  shift: i32;
  /** 2 x columns float64 a part: lowest and highest values. */
  extent: usize;
  // float32 from here
  /** How far rounding may carry a distance between a point and a centre. */
  slip: f32;
}

export const BITS = 11;
const BUCKETS = 1 << BITS;

/** Phase, one a partition: the extent of its rows. */
export function extend(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const d = plan.columns;
  const end = partitionStart(plan.rows, p + 1);
  for (let j = 0; j < d; j++) {
    let least = Infinity;
    let most = -Infinity;
    for (let row = partitionStart(plan.rows, p); row < end; row++) {
      const x = value(plan, <usize>row * <usize>d + <usize>j);
      least = min(least, x);
      most = max(most, x);
    }
    const out = grid.extent + (<usize>(p * d + j) << 4);
    store<f64>(out, least);
    store<f64>(out, most, 8);
  }
}

/** Every second, or every third, bit. */
// @ts-ignore: decorator
@inline
function spread2(x: u32): u32 {
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  return (x | (x << 1)) & 0x55555555;
}

// @ts-ignore: decorator
@inline
function spread3(x: u32): u32 {
  x = (x | (x << 16)) & 0x030000ff;
  x = (x | (x << 8)) & 0x0300f00f;
  x = (x | (x << 4)) & 0x030c30c3;
  return (x | (x << 2)) & 0x09249249;
}

// @ts-ignore: decorator
@inline
function cell(plan: Plan, origin: usize, row: usize, j: usize, most: f64): u32 {
  const x = (value(plan, row * <usize>plan.columns + j) - load<f64>(origin + (j << 4))) * load<f64>(origin + (j << 4), 8);
  return x < most ? <u32><i32>x : <u32><i32>most;
}

/** Phase, one a partition: the keys of its rows, their order as it is. `output` holds origin and cells a unit of each column. */
export function keyRows(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const origin = plan.output;
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const at = <usize>row;
    let key: u32;
    if (plan.columns == 1) key = cell(plan, origin, at, 0, 4194303);
    else if (plan.columns == 2) key = spread2(cell(plan, origin, at, 0, 2047)) | (spread2(cell(plan, origin, at, 1, 2047)) << 1);
    else key = spread3(cell(plan, origin, at, 0, 127)) | (spread3(cell(plan, origin, at, 1, 127)) << 1) | (spread3(cell(plan, origin, at, 2, 127)) << 2);
    store<u32>(grid.keys + (at << 2), key);
    store<u32>(grid.order + (at << 2), row);
  }
}

/** Phase, one a part: how many of its keys fall into each bucket. */
export function countKeys(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = grid.buckets + <usize>p * BUCKETS * 4;
  memory.fill(buckets, 0, BUCKETS * 4);
  const end = partitionStart(plan.rows, p + 1);
  for (let i = partitionStart(plan.rows, p); i < end; i++) {
    const at = buckets + (<usize>((load<u32>(grid.keys + (<usize>i << 2)) >> grid.shift) & (BUCKETS - 1)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** Phase, one: where each part's keys of a bucket begin. */
export function placeKeys(planAt: usize, item: i32, base: usize): void {
  const grid = changetype<Grid>(changetype<Plan>(planAt).grid);
  let sum: u32 = 0;
  for (let b: usize = 0; b < <usize>BUCKETS; b++) {
    for (let p: usize = 0; p < <usize>PARTITIONS; p++) {
      const at = grid.buckets + ((p * BUCKETS + b) << 2);
      const count = load<u32>(at);
      store<u32>(at, sum);
      sum += count;
    }
  }
}

/** Phase, one a part: its rows and keys to their places. */
export function moveKeys(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = grid.buckets + <usize>p * BUCKETS * 4;
  const end = partitionStart(plan.rows, p + 1);
  for (let i = partitionStart(plan.rows, p); i < end; i++) {
    const key = load<u32>(grid.keys + (<usize>i << 2));
    const at = buckets + (<usize>((key >> grid.shift) & (BUCKETS - 1)) << 2);
    const to = <usize>load<u32>(at);
    store<u32>(at, <u32>to + 1);
    store<u32>(grid.keys2 + (to << 2), key);
    store<u32>(grid.order2 + (to << 2), load<u32>(grid.order + (<usize>i << 2)));
  }
}

/** Blocks that a phase takes at a time. */
export const BLOCKS = 64;

/** Phase, one a run of blocks: their points and boxes. */
export function fillBlocks(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const d = <usize>plan.columns;
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    const points = grid.points + (<usize>block * d << 7);
    const box = grid.boxes + (<usize>block << 5);
    let square: f64 = 0;
    for (let j: usize = 0; j < 3; j++) {
      if (j >= d) {
        store<f32>(box + (j << 2), 0);
        store<f32>(box + (j << 2), 0, 12);
        continue;
      }
      let least = f32.MAX_VALUE;
      let most = -f32.MAX_VALUE;
      const middle = <f64>load<f32>(plan.middle + (j << 2));
      for (let i: usize = 0; i < 32; i++) {
        const place = min(<usize>block * 32 + i, <usize>plan.rows - 1);
        const row = <usize>load<u32>(grid.order + (place << 2));
        const x = <f32>(value(plan, row * d + j) - middle);
        store<f32>(points + ((j * 32 + i) << 2), x);
        least = min(least, x);
        most = max(most, x);
      }
      const center = <f32>((<f64>least + <f64>most) / 2);
      // Rounded to float32 the centre may have slipped a little; half the side makes up for it.
      const half = max(<f64>most - <f64>center, <f64>center - <f64>least) * 1.0000002;
      store<f32>(box + (j << 2), center);
      store<f32>(box + (j << 2), <f32>half, 12);
      square += half * half;
    }
    store<f32>(box, <f32>(sqrt(square) * 1.000001), 24);
    store<i32>(grid.states + (<usize>block << 2), -1);
    store<f32>(grid.slacks + (<usize>block << 2), -1);
    store<u8>(grid.stamps + <usize>block, 0);
  }
}

/** Phase, one a run of blocks: their labels as the rows have them. */
export function takeLabels(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    for (let i: usize = 0; i < 32; i++) {
      const place = <usize>block * 32 + i;
      const row = <usize>load<u32>(grid.order + (min(place, <usize>plan.rows - 1) << 2));
      store<u16>(grid.labels + (place << 1), <u16>labelOf(plan, <i32>row));
    }
    store<i32>(grid.states + (<usize>block << 2), -1);
    store<f32>(grid.slacks + (<usize>block << 2), -1);
  }
}
