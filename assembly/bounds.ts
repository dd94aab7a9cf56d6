import { BLOCK, errorsOf, failedOf, numbersOf, pack, screenedOf, squaresOf } from './block';
import { rowsFrom } from './chunks';
import { CLEAR, far, measure, measureFrom, near } from './distance';
import { boundGroups } from './groups';
import { labelOf } from './labels';
import { boundAll, leastBound, listWithin, lowerAll, storeBound, storeOwn } from './matrix';
import { beginMoves, endMoves, relabel, stamp } from './moves';
import { Plan } from './plan';
import { low, nearestOf, place, second } from './screen';
import { U } from './simd';
import { meetSketches } from './sketched';
import { settleSparsely } from './sparse';
import { strict } from './strict';
import { products } from './tile';

/**
 * Bounds by the triangle inequality. Of every row: `upper`, at least its distance to its centre, and `lower`, at most its
 * distance to any other, both as of the snapshot `stamps` names. Centres have moved since by `moved` (Newling and
 * Fleuret 2016: the norm of the sum of the steps, not the sum of their norms). A row stays where
 * lower - movedMost > upper + moved (Hamerly 2010). With a matrix, see there.
 */

/** Tiles x columns up to which meeting all centres costs little. */
const LITTLE = 128;

/** CLEAR, and what three operations in float32 round. */
const ROUGH: f64 = CLEAR + 6 * U;

/** Phase, one a chunk: as `assignAll`, for the rows that their bounds do not settle. */
export function assignBounded(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  beginMoves(base);
  const failed = filter(plan, base, first, end);
  let dense: usize = 0;
  // Measuring one centre settles a quarter of the rows: too few where meeting all of them costs little more.
  const worthwhile = plan.tiles * plan.columns > LITTLE;
  // What still has to meet every centre is moved to the front of the same list.
  if (plan.sketch) {
    const left = plan.matrix ? settleSparsely(plan, base, first, failed) : failed;
    for (let f: usize = 0; f < left; f += BLOCK) {
      const rows = failedOf(base) + (f << 2);
      dense += meetSketches(plan, base, first, rows, <i32>min<usize>(BLOCK, left - f), failedOf(base) + (dense << 2));
    }
  } else for (let f: usize = 0; f < failed; f++) {
    const row = load<i32>(failedOf(base) + (f << 2));
    if (plan.matrix ? settleByMatrix(plan, base, first, row) : worthwhile && settle(plan, base, row)) continue;
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
    const cell = <usize>(stamp * width + labelOf(plan, row)) << 2;
    // In float32, with what it may round.
    const slack = load<f32>(plan.lower + at) - load<f32>(plan.upper + at) * <f32>(1 + ROUGH);
    store<i32>(out, row);
    let stays = i32(slack > load<f32>(plan.movedBoth + cell) * <f32>(1 + ROUGH));
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
  const label = labelOf(plan, row);
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
  const label = labelOf(plan, row);
  const nearest = lowerAll(plan, row, label);
  if (nearest < 0) return true;
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
  const most = min(BLOCK - 1, 2 + (plan.k >> 3));
  const count = listWithin(plan, row, bestFar * (1 + CLEAR), numbersOf(base), most);
  if (count < 0) return false;
  const candidates = numbersOf(base) + (<usize>count << 2);
  storeBound(plan, row, label, bestNear);
  for (let at = numbersOf(base); at < candidates; at += 4) {
    const c = load<i32>(at);
    measure(plan, c);
    storeBound(plan, row, c, near);
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
  storeOwn(plan, row, best);
  stamp(plan, row, leastBound(plan, row), bestFar);
  relabel(plan, base, first, row, best);
  return true;
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
    if (plan.matrix) boundAll(plan, row, label, valuesOf(plan, base, r), <f32>((square - error) * (1 - 1e-7)));
    // Where the lowest two were decided strictly either may be the nearest.
    const least = square + <f64>second - error;
    const most = label == place ? upper : square + <f64>load<f32>(valuesOf(plan, base, r) + (<usize>label << 2)) + error;
    const other = label == place ? least : square + <f64>low - error;
    if (plan.groups) boundGroups(plan, base, row, label, valuesOf(plan, base, r), square - error, sqrt(max(0, most)));
    stamp(plan, row, sqrt(max(0, other)), sqrt(max(0, most)));
    relabel(plan, base, first, row, label);
  }
}

// @ts-ignore: decorator
@inline
function valuesOf(plan: Plan, base: usize, r: i32): usize {
  return screenedOf(base, plan) + <usize>r * (<usize>plan.tiles << 5);
}
