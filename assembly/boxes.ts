import { BLOCKS, Grid, packedBits } from './grid';
import { labelOf, storeLabel } from './labels';
import { Plan } from './plan';
import { fma, min4, select, swapHalves, swapPairs } from './simd';
import { strict } from './strict';

/**
 * Few columns: whole boxes of rows meet the centres (after Pelleg and Moore 1999, Kanungo et al. 2002). A centre that is
 * farther than another one from every corner of a box is out for all rows in it; first for a run of 16 blocks, then for
 * each block of 32 rows, then the rows meet what is left. How clearly the others are out, a bound on how far the centres
 * may move before the block must be looked at again, is kept.
 */

/** Blocks in a run. */
const RUN = 16;
/** Rounding, relative, of what is computed from float32 differences, with much to spare. */
const LOOSE: f32 = 4e-5;

/**
 * A list of centres: x, y, z as float32 and their numbers as int32, each `room` long, filled up to a multiple of 4 with
 * centres that are far away.
 */
const FAR: f32 = 1e18;

/** 16 bytes of this thread's scratch. */
let lanes: usize = 0;
/** What {@link winnow} found out about the centres that are out. One instance is one thread's. */
let clear: f32 = 0;
/** The least difference between a row's nearest and second nearest centre that {@link meetRows} saw. */
let tight: f32 = 0;

// @ts-ignore: decorator
@inline
function lengthen(list: usize, room: usize, count: usize): void {
  for (; count & 3; count++) {
    store<f32>(list + (count << 2), FAR);
    store<f32>(list + ((room + count) << 2), FAR);
    store<f32>(list + ((2 * room + count) << 2), FAR);
    store<i32>(list + ((3 * room + count) << 2), -1);
  }
}

/**
 * The centres of a list that may be nearest to a point of a box, in the order of the list.
 * @param out a list of the same room
 * @returns how many; `clear` is at most the difference between the distances to any other and to the nearest
 */
export function winnow(list: usize, room: usize, count: usize, box: usize, slip: f32, out: usize, squares: usize): usize {
  const bx = v128.load32_splat(box), by = v128.load32_splat(box, 4), bz = v128.load32_splat(box, 8);
  const ys = list + (room << 2);
  const zs = ys + (room << 2);
  const end = ((count + 3) & ~3) << 2;
  let least = f32x4.splat(Infinity);
  let index = i32x4(0, 1, 2, 3);
  let at = index;
  const four = i32x4.splat(4);
  for (let j: usize = 0; j < end; j += 16) {
    const x = f32x4.sub(v128.load(list + j), bx);
    const y = f32x4.sub(v128.load(ys + j), by);
    const z = f32x4.sub(v128.load(zs + j), bz);
    const square = fma(x, x, fma(y, y, f32x4.mul(z, z)));
    v128.store(squares + j, square);
    at = select(index, at, f32x4.lt(square, least));
    least = f32x4.pmin(least, square);
    index = i32x4.add(index, four);
  }
  let other = swapHalves(least);
  at = select(swapHalves(at), at, f32x4.lt(other, least));
  least = f32x4.pmin(least, other);
  other = swapPairs(least);
  at = select(swapPairs(at), at, f32x4.lt(other, least));
  const nearest = <usize>i32x4.extract_lane(at, 0) << 2;

  const ax = v128.load32_splat(list + nearest), ay = v128.load32_splat(ys + nearest), az = v128.load32_splat(zs + nearest);
  const hx = v128.load32_splat(box, 12), hy = v128.load32_splat(box, 16), hz = v128.load32_splat(box, 20);
  const diagonal = load<f32>(box, 24);
  const low = load<f32>(squares + nearest);
  const lows = f32x4.splat(low);
  const two = f32x4.splat(-2);
  const loose = f32x4.splat(LOOSE);
  const fixed = f32x4.splat(LOOSE * (low + 4 * diagonal * diagonal) + 1e6 * slip * slip);
  const span = f32x4.splat(sqrt<f32>(low) * 1.00001 + 2 * diagonal + 4 * slip);
  const top = f32x4.splat(Infinity);
  let gap = top;
  let found: usize = 0;
  for (let j: usize = 0; j < end; j += 16) {
    const square = v128.load(squares + j);
    const x = f32x4.abs(f32x4.sub(v128.load(list + j), ax));
    const y = f32x4.abs(f32x4.sub(v128.load(ys + j), ay));
    const z = f32x4.abs(f32x4.sub(v128.load(zs + j), az));
    // Least difference of the squared distances over the box, less what rounding may have done to it.
    let f = f32x4.sub(square, lows);
    f = fma(two, fma(x, hx, fma(y, hy, f32x4.mul(z, hz))), f);
    f = f32x4.sub(f, fma(square, loose, fixed));
    const out4 = f32x4.gt(f, f32x4.splat(0));
    const ratio = f32x4.div(f, fma(f32x4.sqrt(square), f32x4.splat(1.00001), span));
    gap = f32x4.pmin(gap, select(ratio, top, out4));
    for (let mask = ~i32x4.bitmask(out4) & 15; mask; mask &= mask - 1) {
      const from = list + j + (<usize>ctz(mask) << 2);
      const to = out + (found << 2);
      store<f32>(to, load<f32>(from));
      store<f32>(to + (room << 2), load<f32>(from + (room << 2)));
      store<f32>(to + (room << 3), load<f32>(from + (room << 3)));
      store<i32>(to + room * 12, load<i32>(from + room * 12));
      found++;
    }
  }
  clear = min4(gap) * <f32>0.99999;
  lengthen(out, room, found);
  return found;
}

/** The row at a place gets another label. */
// @ts-ignore: decorator
@inline
function move(plan: Plan, grid: Grid, row: u32, label: i32): void {
  storeLabel(plan, grid.next, row, label);
  atomic.or<u32>(grid.moving + (<usize>(row >> 5) << 2), 1 << (row & 31));
}

/** All rows of a block have this label. */
function moveAll(plan: Plan, grid: Grid, block: i32, label: i32): void {
  const order = grid.order + (<usize>block << 7);
  for (let i: usize = 0; i < 128; i += 4) {
    const row = load<u32>(order + i);
    if (labelOf(plan, row) != label) move(plan, grid, row, label);
  }
}

/** The labels of four rows. */
// @ts-ignore: decorator
@inline
function fourLabels(plan: Plan, order: usize): v128 {
  const shift = plan.labelShift;
  let v = v128.load32_zero(plan.labels + (<usize>load<u32>(order) << shift));
  v = v128.load32_lane(plan.labels + (<usize>load<u32>(order, 4) << shift), v, 1);
  v = v128.load32_lane(plan.labels + (<usize>load<u32>(order, 8) << shift), v, 2);
  v = v128.load32_lane(plan.labels + (<usize>load<u32>(order, 12) << shift), v, 3);
  return v128.and(v, i32x4.splat(<i32>plan.labelMask));
}

/** Strict argmin over a list. */
function decide(plan: Plan, row: u32, list: usize, room: usize, count: usize): i32 {
  let best = Infinity;
  let label = -1;
  for (let c: usize = 0; c < count; c++) {
    const number = load<i32>(list + room * 12 + (c << 2));
    const d2 = strict(plan, row, number);
    if (d2 >= best) continue;
    best = d2;
    label = number;
  }
  return label;
}

/**
 * The rows of a block meet the centres of a list.
 * @param before the label that all of them had, or -1
 * @returns the label of all rows, or -1
 */
function meetRows(plan: Plan, grid: Grid, block: i32, before: i32, list: usize, room: usize, count: usize): i32 {
  const d = plan.columns;
  const packed = grid.packed + (<usize>block << 7);
  const order = grid.order + (<usize>block << 7);
  const ys = list + (room << 2);
  const zs = ys + (room << 2);
  const numbers = zs + (room << 2);
  const bits = packedBits(d);
  const levels = <f32>((1 << bits) - 1);
  const mask = i32x4.splat((1 << bits) - 1);
  const box = grid.boxes + (<usize>block << 5);
  const hx = load<f32>(box, 12), hy = load<f32>(box, 16), hz = load<f32>(box, 20);
  const lx = f32x4.splat(load<f32>(box) - hx), ly = f32x4.splat(load<f32>(box, 4) - hy), lz = f32x4.splat(load<f32>(box, 8) - hz);
  const sx = f32x4.splat((<f32>2 / levels) * hx), sy = f32x4.splat((<f32>2 / levels) * hy), sz = f32x4.splat((<f32>2 / levels) * hz);
  // How far a distance may be off: by rounding to float32, more than once, by packing, half a step a column and what rounding
  // adds, and by squares below what float32 tells apart.
  const blur: f32 = <f32>16 * grid.slip + <f32>1.5 / levels * load<f32>(box, 24) + <f32>1e-20;
  const clearly = f32x4.splat(2 * blur);
  let gap = f32x4.splat(Infinity);
  let first = -1;
  let uniform = true;
  for (let g: usize = 0; g < 32; g += 4) {
    const word = v128.load(packed + (g << 2));
    const x = fma(f32x4.convert_i32x4_s(v128.and(word, mask)), sx, lx);
    const y = fma(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(word, bits), mask)), sy, ly);
    const z = fma(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(word, 2 * bits), mask)), sz, lz);
    let best = f32x4.splat(Infinity);
    let second = best;
    let label = i32x4.splat(0);
    for (let c: usize = 0; c < count; c++) {
      const u = f32x4.sub(x, v128.load32_splat(list + (c << 2)));
      let square = f32x4.mul(u, u);
      if (d > 1) {
        const v = f32x4.sub(y, v128.load32_splat(ys + (c << 2)));
        square = fma(v, v, square);
        if (d > 2) {
          const w = f32x4.sub(z, v128.load32_splat(zs + (c << 2)));
          square = fma(w, w, square);
        }
      }
      second = f32x4.pmin(second, f32x4.pmax(square, best));
      label = select(v128.load32_splat(numbers + (c << 2)), label, f32x4.lt(square, best));
      best = f32x4.pmin(best, square);
    }
    const apart = f32x4.sub(f32x4.mul(f32x4.sqrt(second), f32x4.splat(0.99999)), f32x4.mul(f32x4.sqrt(best), f32x4.splat(1.00001)));
    gap = f32x4.pmin(gap, apart);
    let close = ~i32x4.bitmask(f32x4.gt(apart, clearly)) & 15;
    if (close) {
      v128.store(lanes, label);
      for (; close; close &= close - 1) {
        const i = <usize>ctz(close);
        store<i32>(lanes + (i << 2), decide(plan, load<u32>(order + ((g + i) << 2)), list, room, count));
      }
      label = v128.load(lanes);
    }
    const lead = i32x4.extract_lane(label, 0);
    if (first < 0) first = lead;
    uniform = uniform && lead == first && i32x4.all_true(i32x4.eq(label, i32x4.splat(lead)));
    const old = before < 0 ? fourLabels(plan, order + (g << 2)) : i32x4.splat(before);
    let others = i32x4.bitmask(i32x4.ne(label, old));
    if (!others) continue;
    v128.store(lanes, label);
    for (; others; others &= others - 1) {
      const i = <usize>ctz(others);
      move(plan, grid, load<u32>(order + ((g + i) << 2)), load<i32>(lanes + (i << 2)));
    }
  }
  tight = min4(gap) - 3 * blur;
  return uniform ? first : -1;
}

/** Bytes of scratch: three lists and their squares, and 16 more. */
export function boxScratchBytes(tiles: i32): i32 {
  return (4 * 4 * 3 + 4) * (tiles * 8 + 4) + 256;
}

/** Whether a block's rows keep their labels, by its bound. */
// @ts-ignore: decorator
@inline
function rests(plan: Plan, grid: Grid, block: i32): bool {
  const stamp = <i32>load<u8>(grid.stamps + <usize>block);
  if (stamp == plan.now) return false;
  const state = load<i32>(grid.states + (<usize>block << 2));
  const width = plan.tiles << 3;
  const slack = <f64>load<f32>(grid.slacks + (<usize>block << 2));
  if (state < 0) return slack > <f64>load<f32>(plan.movedTwo + (<usize>stamp << 2));
  const cell = <usize>(stamp * width + state) << 2;
  return slack > <f64>load<f32>(plan.moved + cell) + <f64>load<f32>(plan.movedMost + cell);
}

/** Phase, one a run of blocks: the rows to their nearest centres; what moves is marked. */
export function assignBoxes(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const room = <usize>(plan.tiles << 3) + 4;
  const listBytes = room << 4;
  const lists = (base + 63) & ~63;
  const runList = lists;
  const blockList = runList + listBytes;
  const squares = blockList + listBytes + 16;
  lanes = squares + (room << 2);
  const runBox = lanes + 16;
  const slip = grid.slip;
  for (let run = item * BLOCKS; run < min(grid.blocks, (item + 1) * BLOCKS); run += RUN) {
    const end = min(grid.blocks, run + RUN);
    let left: usize = 0;
    let leftClear: f32 = 0;
    for (let block = run; block < end; block++) {
      if (rests(plan, grid, block)) continue;
      if (!left) {
        enclose(grid, run, end, runBox);
        left = winnow(grid.centers, room, <usize>plan.k, runBox, slip, runList, squares);
        leftClear = clear;
      }
      const box = grid.boxes + (<usize>block << 5);
      const count = winnow(runList, room, left, box, slip, blockList, squares);
      let slack = min<f32>(leftClear, clear);
      const before = load<i32>(grid.states + (<usize>block << 2));
      let state = load<i32>(blockList + room * 12);
      if (count == 1) {
        if (state != before) moveAll(plan, grid, block, state);
      } else {
        state = meetRows(plan, grid, block, before, blockList, room, count);
        slack = min<f32>(slack, tight);
      }
      store<i32>(grid.states + (<usize>block << 2), state);
      store<f32>(grid.slacks + (<usize>block << 2), slack);
      store<u8>(grid.stamps + <usize>block, <u8>plan.now);
    }
  }
}

/** The box around a run of blocks. */
function enclose(grid: Grid, run: i32, end: i32, out: usize): void {
  let square: f64 = 0;
  for (let j: usize = 0; j < 12; j += 4) {
    let least = Infinity;
    let most = -Infinity;
    for (let block = run; block < end; block++) {
      const box = grid.boxes + (<usize>block << 5) + j;
      const center = <f64>load<f32>(box);
      const half = <f64>load<f32>(box, 12);
      least = min(least, center - half);
      most = max(most, center + half);
    }
    const center = <f32>((least + most) / 2);
    const half = max(most - <f64>center, <f64>center - least) * 1.0000002;
    store<f32>(out + j, center);
    store<f32>(out + j, <f32>half, 12);
    square += half * half;
  }
  store<f32>(out, <f32>(sqrt(square) * 1.000001), 24);
}
