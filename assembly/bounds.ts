import { BLOCK, errorsOf, failedOf, numbersOf, pack, screenedOf, squaresOf } from './block';
import { rowsFrom } from './chunks';
import { CLEAR, far, measure, measureFrom, near } from './distance';
import { boundGroups } from './groups';
import { beginMoves, endMoves, relabel, stamp } from './moves';
import { Plan } from './plan';
import { low, nearestOf, place, second } from './screen';
import { U } from './simd';
import { meetSketches } from './sketch';
import { strict } from './strict';
import { products } from './tile';

/**
 * Bounds by the triangle inequality. Of every row: `upper`, at least its distance to its centre, and `lower`, at most its
 * distance to any other, both as of the snapshot `stamps` names. Centres have moved since by `moved` (Newling and
 * Fleuret 2016: the norm of the sum of the steps, not the sum of their norms). A row stays where
 * lower - movedMost > upper + moved (Hamerly 2010). With a matrix, a bound of its own for every centre (Elkan 2003,
 * without the distances between centres), in uint16 steps rounded down; the row's own centre stands at 65535.
 */

const TOP: u32 = 65535;

/** Phase, one a chunk: as `assignAll`, for the rows that their bounds do not settle. */
export function assignBounded(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  beginMoves(base);
  const failed = filter(plan, base, first, end);
  let dense: usize = 0;
  // What still has to meet every centre is moved to the front of the same list.
  if (plan.sketch) {
    for (let f: usize = 0; f < failed; f += BLOCK) {
      const rows = failedOf(base) + (f << 2);
      dense += meetSketches(plan, base, first, rows, <i32>min<usize>(BLOCK, failed - f), failedOf(base) + (dense << 2));
    }
  } else for (let f: usize = 0; f < failed; f++) {
    const row = load<i32>(failedOf(base) + (f << 2));
    // Where all centres are one tile, meeting them costs no more than measuring one.
    if (plan.matrix ? settleByMatrix(plan, base, first, row) : plan.tiles > 1 && settle(plan, base, row)) continue;
    store<i32>(failedOf(base) + (dense << 2), row);
    dense++;
  }
  for (let f: usize = 0; f < dense; f += BLOCK) meetAll(plan, base, first, failedOf(base) + (f << 2), <i32>min<usize>(BLOCK, dense - f));
  endMoves(plan, base, chunk, first, end);
}

/** Phase, one a chunk: all rows meet all centres, or their sketches, which gives them bounds. */
export function assignAndBound(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  beginMoves(base);
  for (let row = first; row < end; row += BLOCK) {
    let count = min(BLOCK, end - row);
    for (let r = 0; r < count; r++) store<i32>(failedOf(base) + (<usize>r << 2), row + r);
    if (plan.sketch) count = <i32>meetSketches(plan, base, first, failedOf(base), count, failedOf(base));
    if (count) meetAll(plan, base, first, failedOf(base), count);
  }
  endMoves(plan, base, chunk, first, end);
}

/** @returns how many rows of the chunk their bounds do not settle; they are listed */
export function filter(plan: Plan, base: usize, first: i32, end: i32): usize {
  const width = plan.tiles << 3;
  // Whether a row has no other bounds, which refer to the same snapshot.
  const alone = plan.matrix == 0 && plan.groups == 0;
  let out = failedOf(base);
  for (let row = first; row < end; row++) {
    const at = <usize>row << 2;
    const stamp = <i32>load<u8>(plan.stamps + <usize>row);
    const cell = <usize>(stamp * width + load<i32>(plan.labels + at)) << 2;
    const upper = <f64>load<f32>(plan.upper + at);
    const slack = <f64>load<f32>(plan.lower + at) - upper * (1 + CLEAR);
    store<i32>(out, row);
    let stays = i32(slack > <f64>load<f32>(plan.moved + cell) + <f64>load<f32>(plan.movedMost + cell));
    // The current snapshot's place was another's until now: rows that refer to that one are brought up to date.
    if (stamp == plan.now) {
      if (alone && stays) renew(plan, row, cell);
      else stays = 0;
    }
    out += (stays ^ 1) << 2;
  }
  return (out - failedOf(base)) >> 2;
}

/** The row's bounds as of now. */
function renew(plan: Plan, row: i32, cell: usize): void {
  const at = <usize>row << 2;
  const lower = <f64>load<f32>(plan.lower + at) - <f64>load<f32>(plan.movedMost + cell);
  stamp(plan, row, lower, <f64>load<f32>(plan.upper + at) + <f64>load<f32>(plan.moved + cell));
}

/** Takes the row's distance to its own centre anew. @returns whether that settles it */
function settle(plan: Plan, base: usize, row: i32): bool {
  const label = load<i32>(plan.labels + (<usize>row << 2));
  const cell = <usize>(<i32>load<u8>(plan.stamps + <usize>row) * (plan.tiles << 3) + label) << 2;
  const lower = <f64>load<f32>(plan.lower + (<usize>row << 2)) - <f64>load<f32>(plan.movedMost + cell);
  if (lower <= 0) return false;
  measureFrom(plan, base, row);
  measure(plan, label);
  if (lower <= far * (1 + CLEAR)) return false;
  stamp(plan, row, lower, far);
  return true;
}

/** The same with a bound a centre: meets those centres that may be nearer, unless they are many. */
function settleByMatrix(plan: Plan, base: usize, first: i32, row: i32): bool {
  const label = load<i32>(plan.labels + (<usize>row << 2));
  const width = <usize>plan.tiles << 3;
  const old = <usize>load<u8>(plan.stamps + <usize>row);
  const bounds = plan.matrix + ((<usize>row * width) << 1);
  const moved = plan.movedSteps + ((old * width) << 1);
  const step = <f64>plan.step;
  let least = i16x8.splat(-1);
  for (let j: usize = 0; j < width << 1; j += 16) {
    const b = i16x8.sub_sat_u(v128.load(bounds + j), v128.load(moved + j));
    v128.store(bounds + j, b);
    least = i16x8.min_u(least, b);
  }
  store<u16>(bounds + (<usize>label << 1), <u16>TOP);
  store<u8>(plan.stamps + <usize>row, <u8>plan.now);
  let nearest = <f64>leastOf(least) * step;
  const upper = <f64>load<f32>(plan.upper + (<usize>row << 2)) + <f64>load<f32>(plan.moved + ((old * width + <usize>label) << 2));
  if (nearest > upper * (1 + CLEAR)) {
    stamp(plan, row, nearest, upper);
    return true;
  }
  measureFrom(plan, base, row);
  measure(plan, label);
  let best = label;
  let bestNear = near;
  let bestFar = far;
  let bestStrict: f64 = -1;
  if (nearest > bestFar * (1 + CLEAR)) {
    stamp(plan, row, nearest, bestFar);
    return true;
  }
  const reach = bestFar * (1 + CLEAR) / step;
  if (reach >= 65534) return false;
  const limit = i16x8.splat(<i16><u32>ceil(reach));
  let candidates: usize = numbersOf(base);
  const most = candidates + <usize>min(BLOCK - 1, 2 + (plan.k >> 3)) * 4;
  for (let j: usize = 0; j < width << 1; j += 16) {
    let mask = i16x8.bitmask(i16x8.le_u(v128.load(bounds + j), limit));
    for (; mask; mask &= mask - 1) {
      if (candidates >= most) return false;
      store<i32>(candidates, <i32>(j >> 1) + ctz(mask));
      candidates += 4;
    }
  }
  store<u16>(bounds + (<usize>label << 1), stepsOf(bestNear, step));
  for (let at = numbersOf(base); at < candidates; at += 4) {
    const c = load<i32>(at);
    measure(plan, c);
    store<u16>(bounds + (<usize>c << 1), stepsOf(near, step));
    if (near > bestFar * (1 + CLEAR)) continue;
    let d2: f64 = -1;
    if (far * (1 + CLEAR) >= bestNear) {
      if (bestStrict < 0) bestStrict = strict(plan, row, best);
      d2 = strict(plan, row, c);
      if (d2 > bestStrict || (d2 == bestStrict && c > best)) continue;
    }
    best = c;
    bestNear = near;
    bestFar = far;
    bestStrict = d2;
  }
  store<u16>(bounds + (<usize>best << 1), <u16>TOP);
  least = i16x8.splat(-1);
  for (let j: usize = 0; j < width << 1; j += 16) least = i16x8.min_u(least, v128.load(bounds + j));
  stamp(plan, row, <f64>leastOf(least) * step, bestFar);
  relabel(plan, base, first, row, best);
  return true;
}

// @ts-ignore: decorator
@inline
export function stepsOf(length: f64, step: f64): u16 {
  const steps = length / step;
  return steps <= 0 ? 0 : steps >= 65535 ? <u16>TOP : <u16><u32>steps;
}

// @ts-ignore: decorator
@inline
export function leastOf(v: v128): u32 {
  let w = i16x8.min_u(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  w = i16x8.min_u(w, i8x16.shuffle(w, w, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  return min<u32>(i16x8.extract_lane_u(w, 0), i16x8.extract_lane_u(w, 1));
}

/** Up to a block of rows meets all centres: labels and bounds. */
function meetAll(plan: Plan, base: usize, first: i32, rows: usize, count: i32): void {
  for (let r: usize = 0; r < <usize>((count + 3) & ~3); r++) {
    store<i32>(numbersOf(base) + (r << 2), load<i32>(rows + (min<usize>(r, count - 1) << 2)));
  }
  pack(plan, base, (count + 3) & ~3);
  products(plan, base, count);
  for (let r = 0; r < count; r++) {
    const row = load<i32>(numbersOf(base) + (<usize>r << 2));
    const label = nearestOf(plan, base, r, row);
    const square = <f64>load<f32>(squaresOf(base) + (<usize>r << 2));
    const error = <f64>load<f32>(errorsOf(base) + (<usize>r << 2)) + (<f64>plan.columns / 4 + 8) * U * square;
    const upper = square + <f64>low + error;
    if (plan.matrix) boundAll(plan, base, r, row, label, <f32>((square - error) * (1 - 1e-7)));
    // Where the lowest two were decided strictly either may be the nearest.
    const least = square + <f64>second - error;
    const most = label == place ? upper : square + <f64>load<f32>(valuesOf(plan, base, r) + (<usize>label << 2)) + error;
    const other = label == place ? least : square + <f64>low - error;
    if (plan.groups) boundGroups(plan, row, label, valuesOf(plan, base, r), square - error);
    stamp(plan, row, sqrt(max(0, other)), sqrt(max(0, most)));
    relabel(plan, base, first, row, label);
  }
}

// @ts-ignore: decorator
@inline
function valuesOf(plan: Plan, base: usize, r: i32): usize {
  return screenedOf(base, plan) + <usize>r * (<usize>plan.tiles << 5);
}

/**
 * Bounds of a block's row r to all centres from its screened values.
 * @param base2 squared norm of the row less the screen's error
 */
function boundAll(plan: Plan, base: usize, r: i32, row: i32, label: i32, base2: f32): void {
  const width = <usize>plan.tiles << 3;
  const bounds = plan.matrix + ((<usize>row * width) << 1);
  const values = valuesOf(plan, base, r);
  const offset = f32x4.splat(base2);
  const inverse = f32x4.splat(<f32>((1 - 1e-6) / <f64>plan.step));
  const top = f32x4.splat(65535);
  // Rounds down: half a step less, then to the nearest.
  const half = f32x4.splat(0.5);
  const magic = f32x4.splat(12582912);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < width; j += 8) {
    let a = f32x4.add(v128.load(values + (j << 2)), offset);
    let b = f32x4.add(v128.load(values + (j << 2), 16), offset);
    a = f32x4.pmin(f32x4.mul(f32x4.sqrt(f32x4.pmax(zero, a)), inverse), top);
    b = f32x4.pmin(f32x4.mul(f32x4.sqrt(f32x4.pmax(zero, b)), inverse), top);
    a = f32x4.add(f32x4.sub(a, half), magic);
    b = f32x4.add(f32x4.sub(b, half), magic);
    v128.store(bounds + (j << 1), i8x16.shuffle(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
  }
  store<u16>(bounds + (<usize>label << 1), <u16>TOP);
}
