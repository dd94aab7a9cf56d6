import { BLOCK, errorsOf, failedOf, numbersOf, pack, packedOf, screenedOf, squaresOf } from './block';
import { filter } from './bounds';
import { rowsFrom } from './chunks';
import { CLEAR, far, measure, measureFrom, near } from './distance';
import { labelOf } from './labels';
import { leastOf, stepsOf } from './matrix';
import { beginMoves, endMoves, stamp } from './moves';
import { Plan } from './plan';
import { swapHalves, swapPairs, U } from './simd';
import { choose } from './choose';
import { product16 } from './tile';

/**
 * Bounds for groups of centres (Ding et al. 2015, "Yinyang k-means"): a row has a lower bound for the others in each tile of
 * 8 centres, in uint16 steps rounded down, as of the snapshot that `stamps` names. A tile moves as its farthest-moved centre
 * does. The rows of a block that a tile may have come close to go through it together.
 */

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
  let least = i16x8.splat(-1);
  for (let j: usize = 0; j < pitch; j += 16) {
    const b = i16x8.sub_sat_u(v128.load(bounds + j), v128.load(moved + j));
    v128.store(bounds + j, b);
    least = i16x8.min_u(least, b);
  }
  const nearest = <f64>leastOf(least) * <f64>plan.step;
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
  const reach = ceil((far * (1 + CLEAR)) / <f64>plan.step);
  const limit = i16x8.splat(<i16><u32>min(reach, 65535));
  let mask: u64 = 0;
  for (let j: usize = 0; j < pitch; j += 16) {
    mask |= <u64>i16x8.bitmask(i16x8.le_u(v128.load(bounds + j), limit)) << <u64>(j >> 1);
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
  memory.fill(lows, 255, <usize>plan.groupPitch << 1);
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
  const own = bounds + (<usize>(label >> 3) << 1);
  store<u16>(own, min<u16>(load<u16>(own), stepsOf(ownNear, <f64>plan.step)));
}

/**
 * Raises the bounds of the tiles whose lowest value is known; it is not a number for the others.
 * @param offset squared norm of the row less the screen's error
 */
function raise(plan: Plan, bounds: usize, lows: usize, offset: f32, row: i32, upper: f64): void {
  const start = f32x4.splat(offset);
  const inverse = f32x4.splat(<f32>((1 - 1e-6) / <f64>plan.step));
  const top = f32x4.splat(65535);
  // Rounds down: half a step less, then to the nearest.
  const half = f32x4.splat(0.5);
  const magic = f32x4.splat(12582912);
  const zero = f32x4.splat(0);
  let least = i16x8.splat(-1);
  for (let j: usize = 0; j < <usize>plan.groupPitch; j += 16) {
    let a = f32x4.pmax(zero, f32x4.add(v128.load(lows + (j << 1)), start));
    let b = f32x4.pmax(zero, f32x4.add(v128.load(lows + (j << 1), 16), start));
    a = f32x4.pmin(f32x4.mul(f32x4.sqrt(a), inverse), top);
    b = f32x4.pmin(f32x4.mul(f32x4.sqrt(b), inverse), top);
    a = f32x4.add(f32x4.sub(a, half), magic);
    b = f32x4.add(f32x4.sub(b, half), magic);
    // Half a step below 0 is 0.
    const found = i8x16.shuffle(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29);
    const now = i16x8.max_u(v128.load(bounds + j), found);
    v128.store(bounds + j, now);
    least = i16x8.min_u(least, now);
  }
  stamp(plan, row, <f64>leastOf(least) * <f64>plan.step, upper);
}

/** Bounds of a row from its screened values, all of them. @param offset squared norm of the row less the screen's error */
export function boundGroups(plan: Plan, row: i32, label: i32, values: usize, offset: f64): void {
  const bounds = plan.groups + <usize>row * <usize>plan.groupPitch;
  store<f32>(values + (<usize>label << 2), Infinity);
  for (let j: usize = 0; j < <usize>plan.groupPitch; j += 16) v128.store(bounds + j, i16x8.splat(-1));
  for (let t: usize = 0; t < <usize>plan.tiles; t++) {
    const low = <f64>leastOfEight(values + (t << 5));
    store<u16>(bounds + (t << 1), stepsOf(sqrt(max(0, offset + low)) * (1 - 1e-7), <f64>plan.step));
  }
}
