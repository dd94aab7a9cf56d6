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
  /** Rows in the order of the curve, uint32, the last one again to fill its block; before that, the rows' keys. */
  order: usize;
  /** While they are sorted: rows by the lower halves of their keys, and the upper halves, uint16. */
  order2: usize;
  uppers: usize;
  /** uint32, part x bucket. */
  buckets: usize;
  /** float32: [block][column][32], the values less the middle. For seeding; see `fillBlocks`. */
  points: usize;
  /** float32: [block][8]: centre of the box, 3, half its sides, 3, half its diagonal, one spare. */
  boxes: usize;
  /** The points as parts of their boxes, a word each; see `packBlocks`. */
  packed: usize;
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

/** Phase, one a partition: the keys of its rows, and how many have each lower half. `output` holds origin and cells a unit of each column. */
export function keyRows(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const origin = plan.output;
  const buckets = bucketsOf(grid, p);
  memory.fill(buckets, 0, BUCKETS * 4);
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const at = <usize>row;
    let key: u32;
    if (plan.columns == 1) key = cell(plan, origin, at, 0, 4194303);
    else if (plan.columns == 2) key = spread2(cell(plan, origin, at, 0, 2047)) | (spread2(cell(plan, origin, at, 1, 2047)) << 1);
    else key = spread3(cell(plan, origin, at, 0, 127)) | (spread3(cell(plan, origin, at, 1, 127)) << 1) | (spread3(cell(plan, origin, at, 2, 127)) << 2);
    store<u32>(grid.order + (at << 2), key);
    count(buckets, key & (BUCKETS - 1));
  }
}

// @ts-ignore: decorator
@inline
function bucketsOf(grid: Grid, p: i32): usize {
  return grid.buckets + <usize>p * BUCKETS * 4;
}

/** One more in a bucket. @returns how many there were, or where it was to go */
// @ts-ignore: decorator
@inline
function count(buckets: usize, bucket: u32): usize {
  const at = buckets + (<usize>bucket << 2);
  const before = load<u32>(at);
  store<u32>(at, before + 1);
  return <usize>before;
}

/** Phase, one a part of what is sorted by the lower halves: how many keys have each upper half. */
export function countUppers(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = bucketsOf(grid, p);
  memory.fill(buckets, 0, BUCKETS * 4);
  const end = partitionStart(plan.rows, p + 1);
  for (let i = partitionStart(plan.rows, p); i < end; i++) count(buckets, load<u16>(grid.uppers + (<usize>i << 1)));
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

/** Phase, one a partition: its rows to their places by the lower halves of their keys, with the upper ones. */
export function moveByLowers(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = bucketsOf(grid, p);
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const key = load<u32>(grid.order + (<usize>row << 2));
    const to = count(buckets, key & (BUCKETS - 1));
    store<u32>(grid.order2 + (to << 2), row);
    store<u16>(grid.uppers + (to << 1), <u16>(key >> BITS));
  }
}

/** Phase, one a part: its rows to their places by the upper halves, over the keys. */
export function moveByUppers(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = bucketsOf(grid, p);
  const end = partitionStart(plan.rows, p + 1);
  for (let i = partitionStart(plan.rows, p); i < end; i++) {
    const to = count(buckets, load<u16>(grid.uppers + (<usize>i << 1)));
    store<u32>(grid.order + (to << 2), load<u32>(grid.order2 + (<usize>i << 2)));
  }
}

/** Blocks that a phase takes at a time. */
export const BLOCKS = 64;

/** Phase, one a run of blocks: their points and boxes. */
export function fillBlocks(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    enclosePoints(plan, grid, block, grid.points + (<usize>block * <usize>plan.columns << 7));
  }
}

/** A block's points less the middle, and the box around them. @param points OUT, float32: [column][32] */
function enclosePoints(plan: Plan, grid: Grid, block: i32, points: usize): void {
  const d = <usize>plan.columns;
  const order = grid.order + (<usize>block << 7);
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
      const row = <usize>load<u32>(order + (i << 2));
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
}

/** Bits that a packed point has for each of its columns. */
// @ts-ignore: decorator
@inline
export function packedBits(columns: i32): i32 {
  return columns == 1 ? 20 : columns == 2 ? 16 : 10;
}

/** Phase, one a run of blocks: their packed points, counted in steps from the lower ends of their boxes, and boxes. */
export function packBlocks(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const bits = packedBits(plan.columns);
  const levels = <f32>((1 << bits) - 1);
  const top = f32x4.splat(levels), rounds = f32x4.splat(0.5);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    enclosePoints(plan, grid, block, base);
    const box = grid.boxes + (<usize>block << 5);
    const packed = grid.packed + (<usize>block << 7);
    memory.fill(packed, 0, 128);
    for (let j = 0; j < plan.columns; j++) {
      const half = load<f32>(box + (<usize>j << 2), 12);
      const low = f32x4.splat(load<f32>(box + (<usize>j << 2)) - half);
      const inverse = f32x4.splat(half > 0 ? levels / (2 * half) : 0);
      for (let g: usize = 0; g < 128; g += 16) {
        const x = f32x4.mul(f32x4.sub(v128.load(base + (<usize>j << 7) + g), low), inverse);
        const steps = i32x4.trunc_sat_f32x4_u(f32x4.pmin(f32x4.add(x, rounds), top));
        v128.store(packed + g, v128.or(v128.load(packed + g), i32x4.shl(steps, j * bits)));
      }
    }
  }
}
