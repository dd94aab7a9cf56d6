import { Plan } from './plan';
import { max4, min4 } from './simd';
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
  /** While they are sorted: rows by their buckets, and the lower bits of their keys, uint16. */
  order2: usize;
  lowers: usize;
  /** uint32, partition x bucket. */
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
  /** 16 bytes a column: float32 where cells begin, less the middle, and how many there are to a unit; uint32 the last one. */
  cells: usize;
  /** Bits of a key below those that name its bucket. */
  shift: i32;
  /** Whether points are the very values, which are float32 then. */
  exact: i32;
  // float32 from here
  /** How far rounding may carry a distance between a point and a centre. */
  slip: f32;
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
  const box = grid.boxes + (<usize>block << 5);
  if (grid.exact) takeExact(plan.values, grid.order + (<usize>block << 7), d, points);
  else takePoints(plan, grid.order + (<usize>block << 7), d, points);
  let square: f64 = 0;
  for (let j: usize = 0; j < 3; j++) {
    if (j >= d) {
      store<f32>(box + (j << 2), 0);
      store<f32>(box + (j << 2), 0, 12);
      continue;
    }
    const column = points + (j << 7);
    let low = v128.load(column), high = low;
    for (let i: usize = 16; i < 128; i += 16) {
      const x = v128.load(column + i);
      low = f32x4.pmin(low, x);
      high = f32x4.pmax(high, x);
    }
    const least = <f64>min4(low), most = <f64>max4(high);
    const center = <f32>((least + most) / 2);
    // Rounded to float32 the centre may have slipped a little; half the side makes up for it.
    const half = max(most - <f64>center, <f64>center - least) * 1.0000002;
    store<f32>(box + (j << 2), center);
    store<f32>(box + (j << 2), <f32>half, 12);
    square += half * half;
  }
  store<f32>(box, <f32>(sqrt(square) * 1.000001), 24);
}

// @ts-ignore: decorator
@inline
function takeExact(values: usize, order: usize, d: usize, points: usize): void {
  for (let i: usize = 0; i < 128; i += 4) {
    const at = values + ((<usize>load<u32>(order + i) * d) << 2);
    store<u32>(points + i, load<u32>(at));
    if (d > 1) store<u32>(points + i, load<u32>(at, 4), 128);
    if (d > 2) store<u32>(points + i, load<u32>(at, 8), 256);
  }
}

function takePoints(plan: Plan, order: usize, d: usize, points: usize): void {
  for (let j: usize = 0; j < d; j++) {
    const middle = <f64>load<f32>(plan.middle + (j << 2));
    for (let i: usize = 0; i < 128; i += 4) {
      store<f32>(points + (j << 7) + i, <f32>(value(plan, <usize>load<u32>(order + i) * d + j) - middle));
    }
  }
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
