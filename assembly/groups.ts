import { BLOCK, errorsOf, failedOf, numbersOf, pack, packedOf, screenedOf, squaresOf } from './block';
import { filter } from './bounds';
import { rowsFrom } from './chunks';
import { CLEAR, far, measure, measureFrom, near } from './distance';
import { labelOf } from './labels';
import { beginMoves, endMoves, stamp } from './moves';
import { Plan } from './plan';
import { swapHalves, swapPairs, U } from './simd';
import { choose } from './choose';
import { product16 } from './tile';

/**
 * Bounds for groups of centres (Ding et al. 2015, "Yinyang k-means"): a row has a lower bound for the others in each tile of
 * 8 centres, as of the snapshot that `stamps` names: in uint8 steps, rounded down, from a base somewhat below the distance to
 * its own centre, or 0 where nothing is known. A tile moves as its farthest-moved centre does. The rows of a block that a tile
 * may have come close to go through it together.
 */

/** Steps from a row's base to its distance to its own centre, when they are laid. */
const BELOW = 48;

/** Masks of the tiles that a block's rows need · near and far of each · rows a tile, uint8 · their places, uint8 · lowest values. */
// @ts-ignore: decorator
@inline
function masksOf(base: usize, plan: Plan): usize {
  return screenedOf(base, plan) + <usize>BLOCK * (<usize>plan.tiles << 5);
}
// @ts-ignore: decorator
@inline
function reachesOf(base: usize, plan: Plan): usize {
  return masksOf(base, plan) + BLOCK * 8;
}
// @ts-ignore: decorator
@inline
function countsOf(base: usize, plan: Plan): usize {
  return reachesOf(base, plan) + BLOCK * 16;
}
// @ts-ignore: decorator
@inline
function placesOf(base: usize, plan: Plan): usize {
  return countsOf(base, plan) + <usize>plan.tiles;
}

// @ts-ignore: decorator
@inline
function lowsOf(base: usize, plan: Plan): usize {
  return placesOf(base, plan) + <usize>BLOCK * <usize>plan.tiles;
}

/** Phase, one a chunk: as `assignBounded`, with a bound for every tile. */
export function assignGrouped(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  beginMoves(base);
  const failed = filter(plan, base, first, end);
  for (let f: usize = 0; f < failed; f += BLOCK) {
    meetGroups(plan, base, first, failedOf(base) + (f << 2), <i32>min<usize>(BLOCK, failed - f));
  }
  endMoves(plan, base, chunk, first, end);
}

function meetGroups(plan: Plan, base: usize, first: i32, rows: usize, count: i32): void {
  const tiles = <usize>plan.tiles;
  memory.fill(countsOf(base, plan), 0, tiles);
  let left: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) left += <usize>mustMeet(plan, base, load<i32>(rows + (i << 2)), left);
  if (!left) return;
  for (let r = left; r & 3; r++) store<i32>(numbersOf(base) + (r << 2), load<i32>(numbersOf(base) + ((left - 1) << 2)));
  pack(plan, base, (<i32>left + 3) & ~3);
  for (let t: usize = 0; t < tiles; t++) {
    const met = load<u8>(countsOf(base, plan) + t);
    if (met) product16(plan, base, t, placesOf(base, plan) + t * BLOCK, met);
  }
  for (let r: usize = 0; r < left; r++) decideGroups(plan, base, first, r);
}

/** Brings a row's bounds up to date and lists the tiles that it has to meet, at place r. @returns whether there are any */
function mustMeet(plan: Plan, base: usize, row: i32, r: usize): bool {
  const label = labelOf(plan, row);
  const pitch = <usize>plan.groupPitch;
  const old = <usize>load<u8>(plan.stamps + <usize>row);
  const bounds = plan.groups + <usize>row * pitch;
  const moved = plan.groupMoved + old * pitch;
  const start = baseOf(plan, row);
  let least = i8x16.splat(-1);
  for (let j: usize = 0; j < pitch; j += 16) {
    const b = i8x16.sub_sat_u(v128.load(bounds + j), v128.load(moved + j));
    v128.store(bounds + j, b);
    least = i8x16.min_u(least, b);
  }
  const nearest = leastLength(plan, start, least);
  const cell = (old * (<usize>plan.tiles << 3) + <usize>label) << 2;
  const upper = <f64>load<f32>(plan.upper + (<usize>row << 2)) + <f64>load<f32>(plan.moved + cell);
  if (nearest > upper * (1 + CLEAR)) {
    stamp(plan, row, nearest, upper);
    return false;
  }
  measureFrom(plan, base, row);
  measure(plan, label);
  stamp(plan, row, nearest, far);
  if (nearest > far * (1 + CLEAR)) return false;
  const reach = ceil((far * (1 + CLEAR)) / <f64>plan.groupStep) - <f64>start;
  const limit = i8x16.splat(<i8><u32>max<f64>(0, min<f64>(reach, 255)));
  let mask: u64 = 0;
  for (let j: usize = 0; j < pitch; j += 16) {
    mask |= <u64>i8x16.bitmask(i8x16.le_u(v128.load(bounds + j), limit)) << <u64>j;
  }
  mask &= <u64>-1 >> <u64>(64 - plan.tiles);
  store<i32>(numbersOf(base) + (r << 2), row);
  store<u64>(masksOf(base, plan) + (r << 3), mask);
  store<f64>(reachesOf(base, plan) + (r << 4), near);
  store<f64>(reachesOf(base, plan) + (r << 4), far, 8);
  for (; mask; mask &= mask - 1) {
    const t = <usize>ctz(mask);
    const met = countsOf(base, plan) + t;
    const n = <usize>load<u8>(met);
    store<u8>(placesOf(base, plan) + t * BLOCK + n, <u8>r);
    store<u8>(met, <u8>(n + 1));
  }
  return true;
}

// @ts-ignore: decorator
@inline
function leastOfEight(values: usize): f32 {
  let a = f32x4.pmin(v128.load(values), v128.load(values, 16));
  a = f32x4.pmin(a, swapHalves(a));
  return f32x4.extract_lane(f32x4.pmin(a, swapPairs(a)), 0);
}

/** The label and the bounds of the row at place r, from the tiles that it met. */
function decideGroups(plan: Plan, base: usize, first: i32, r: usize): void {
  const row = load<i32>(numbersOf(base) + (r << 2));
  const label = labelOf(plan, row);
  const mask = load<u64>(masksOf(base, plan) + (r << 3));
  const ownNear = load<f64>(reachesOf(base, plan) + (r << 4));
  const ownFar = load<f64>(reachesOf(base, plan) + (r << 4), 8);
  const bounds = plan.groups + <usize>row * <usize>plan.groupPitch;
  const square = <f64>load<f32>(squaresOf(base) + (r << 2));
  const error = <f64>load<f32>(errorsOf(base) + (r << 2)) + (<f64>plan.columns / 4 + 8) * U * square;
  const values = screenedOf(base, plan) + r * (<usize>plan.tiles << 5);
  // Another one's value is above this, or it may be nearer.
  const most = ownFar * ownFar * (1 + 4 * CLEAR) - square + error;
  const bar = <f32>(most + (abs(most) + square) * 3e-7);
  store<f32>(values + (<usize>label << 2), Infinity);
  const lows = lowsOf(base, plan);
  memory.fill(lows, 255, <usize>plan.groupPitch << 2);
  let lowest: f32 = Infinity;
  for (let tiles = mask; tiles; tiles &= tiles - 1) {
    const t = <usize>ctz(tiles);
    const low = leastOfEight(values + (t << 5));
    store<f32>(lows + (t << 2), low);
    lowest = min(lowest, low);
  }
  raise(plan, bounds, lows, <f32>((square - error) * (1 - 1e-7)), row, ownFar);
  if (lowest > bar) return;
  const list = packedOf(base, plan);
  let count = 0;
  for (let tiles = mask; tiles; tiles &= tiles - 1) {
    const t = <i32>ctz(tiles);
    const at = values + (<usize>t << 5);
    const limit = f32x4.splat(bar);
    // Written so that a value that is not a number stays in.
    const out = i32x4.bitmask(f32x4.gt(v128.load(at), limit)) | (i32x4.bitmask(f32x4.gt(v128.load(at, 16), limit)) << 4);
    for (let near8 = ~out & 255; near8; near8 &= near8 - 1) {
      const c = (t << 3) + ctz(near8);
      if (c >= plan.k || c == label) continue;
      store<i32>(list + (<usize>count << 2), c);
      count++;
    }
  }
  // All that are not listed are farther than the row's centre was.
  choose(plan, base, first, row, label, list, count, ownFar, 0);
  if (labelOf(plan, row) == label) return;
  const own = bounds + <usize>(label >> 3);
  const steps = floor(ownNear / <f64>plan.groupStep) - <f64>baseOf(plan, row);
  store<u8>(own, min<u8>(load<u8>(own), <u8><u32>max<f64>(0, min<f64>(steps, 255))));
}

// @ts-ignore: decorator
@inline
function baseOf(plan: Plan, row: i32): i32 {
  return <i32>load<u16>(plan.groupBases + (<usize>row << 1));
}

/** What the least of 16 bounds stands for. */
// @ts-ignore: decorator
@inline
function leastLength(plan: Plan, start: i32, v: v128): f64 {
  let w = i8x16.min_u(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  w = i8x16.min_u(w, i8x16.shuffle(w, w, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  w = i8x16.min_u(w, i8x16.shuffle(w, w, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  const least = <i32>min<u32>(i8x16.extract_lane_u(w, 0), i8x16.extract_lane_u(w, 1));
  return least ? <f64>(start + least) * <f64>plan.groupStep : 0;
}

/** Four lengths, from their squares less `start`, in whole steps from the base. */
// @ts-ignore: decorator
@inline
function fourSteps(squares: usize, start: v128, inverse: v128, base: v128): v128 {
  const a = f32x4.pmax(f32x4.splat(0), f32x4.add(v128.load(squares), start));
  return i32x4.sub(i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.sqrt(a), inverse)), base);
}

/**
 * Raises the bounds of the tiles whose lowest value is known; it is not a number for the others. They are counted from a
 * base below `upper` from now on.
 * @param offset squared norm of the row less the screen's error
 */
function raise(plan: Plan, bounds: usize, lows: usize, offset: f32, row: i32, upper: f64): void {
  const start = f32x4.splat(offset);
  const inverse = f32x4.splat(<f32>((1 - 1e-6) / <f64>plan.groupStep));
  const wanted = <i32>max<f64>(0, min<f64>(floor(upper / <f64>plan.groupStep) - BELOW, 65535));
  const shift = baseOf(plan, row) - wanted;
  store<u16>(plan.groupBases + (<usize>row << 1), <u16>wanted);
  const base = i32x4.splat(wanted);
  const higher = i8x16.splat(<i8>max(0, min(shift, 255)));
  const lower = i8x16.splat(<i8>max(0, min(-shift, 255)));
  const none = i8x16.splat(0);
  const tiles = i8x16.splat(<i8>plan.tiles);
  let numbers = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  let least = i8x16.splat(-1);
  for (let j: usize = 0; j < <usize>plan.groupPitch; j += 16) {
    const at = lows + (j << 2);
    const ab = i16x8.narrow_i32x4_s(fourSteps(at, start, inverse, base), fourSteps(at + 16, start, inverse, base));
    const cd = i16x8.narrow_i32x4_s(fourSteps(at + 32, start, inverse, base), fourSteps(at + 48, start, inverse, base));
    const found = i8x16.narrow_i16x8_u(ab, cd);
    const old = v128.load(bounds + j);
    // What is not known stays so.
    const kept = v128.and(i8x16.sub_sat_u(i8x16.add_sat_u(old, higher), lower), i8x16.ne(old, none));
    // Tiles that are not there are out of reach.
    const now = v128.or(i8x16.max_u(kept, found), i8x16.ge_u(numbers, tiles));
    v128.store(bounds + j, now);
    least = i8x16.min_u(least, now);
    numbers = i8x16.add(numbers, i8x16.splat(16));
  }
  stamp(plan, row, leastLength(plan, wanted, least), upper);
}

/**
 * Bounds of a row from its screened values, all of them.
 * @param offset squared norm of the row less the screen's error
 * @param upper at least its distance to its own centre
 */
export function boundGroups(plan: Plan, base: usize, row: i32, label: i32, values: usize, offset: f64, upper: f64): void {
  const bounds = plan.groups + <usize>row * <usize>plan.groupPitch;
  const lows = lowsOf(base, plan);
  store<f32>(values + (<usize>label << 2), Infinity);
  memory.fill(bounds, 0, plan.groupPitch);
  memory.fill(lows, 255, <usize>plan.groupPitch << 2);
  for (let t: usize = 0; t < <usize>plan.tiles; t++) store<f32>(lows + (t << 2), leastOfEight(values + (t << 5)));
  raise(plan, bounds, lows, <f32>(offset * (1 - 1e-7)), row, upper);
}
