import { BLOCK, errorsOf, pack, screenedOf, takeRows } from './block';
import { rowsFrom } from './chunks';
import { Plan } from './plan';
import { barOf, lowestTwo, second } from './screen';
import { strict, strictPair } from './strict';
import { products } from './tile';

let nearest: i32 = 0;
let nearestD2: f64 = 0;
let runnerUp: i32 = 0;
let runnerUpD2: f64 = 0;

/** Takes a centre, in ascending order of their numbers, into the two nearest. */
function offer(c: i32, d2: f64): void {
  if (d2 < nearestD2) {
    runnerUp = nearest;
    runnerUpD2 = nearestD2;
    nearest = c;
    nearestD2 = d2;
  } else if (d2 < runnerUpD2) {
    runnerUp = c;
    runnerUpD2 = d2;
  }
}

/** A centre that waits for another to be measured with it; -1 without one. */
let waiting: i32 = -1;

function begin(): void {
  nearest = runnerUp = waiting = -1;
  nearestD2 = runnerUpD2 = Infinity;
}

/** Measures centres in ascending order, two at a time. */
// @ts-ignore: decorator
@inline
function take(plan: Plan, row: i32, c: i32): void {
  if (waiting < 0) {
    waiting = c;
    return;
  }
  const both = strictPair(plan, row, waiting, c);
  offer(waiting, f64x2.extract_lane(both, 0));
  offer(c, f64x2.extract_lane(both, 1));
  waiting = -1;
}

// @ts-ignore: decorator
@inline
function finish(plan: Plan, row: i32): void {
  if (waiting >= 0) offer(waiting, strict(plan, row, waiting));
}

/** Finds the two nearest of a block's row r, number `row`, whose values are screened. */
// @ts-ignore: decorator
@inline
function nearestTwo(plan: Plan, base: usize, r: i32, i: i32): void {
  const tiles = plan.tiles;
  const values = screenedOf(base, plan) + <usize>r * (<usize>tiles << 5);
  lowestTwo(values, tiles);
  const limit = f32x4.splat(barOf(second, load<f32>(errorsOf(base) + (<usize>r << 2))));
  begin();
  for (let t = 0; t < tiles; t++) {
    const p = values + (<usize>t << 5);
    // Written so that a value that is not a number stays in.
    const far = i32x4.bitmask(f32x4.gt(v128.load(p), limit)) | (i32x4.bitmask(f32x4.gt(v128.load(p, 16), limit)) << 4);
    for (let mask = ~far & 255; mask; mask &= mask - 1) {
      const c = (t << 3) + ctz(mask);
      if (c >= plan.k) break;
      take(plan, i, c);
    }
  }
  finish(plan, i);
}

/** Lengths of the two nearest of a block's row, to where the plan wants them; the row's values are screened. */
export function lengthsOfTwo(plan: Plan, base: usize, r: i32, row: i32): void {
  nearestTwo(plan, base, r, row);
  storeLengths(plan, row);
}

/** The same of a row whose screened values lie 32 bytes apart: of those that are at most the bar. */
export function lengthsOfFew(plan: Plan, row: i32, values: usize, bar: f32): void {
  begin();
  for (let c = 0; c < plan.k; c++, values += 32) {
    // Written so that a value that is not a number stays in.
    if (!(load<f32>(values) > bar)) take(plan, row, c);
  }
  finish(plan, row);
  storeLengths(plan, row);
}

// @ts-ignore: decorator
@inline
function storeLengths(plan: Plan, row: i32): void {
  const at = <usize>row << 2;
  store<i32>(plan.labels + at, nearest);
  store<f64>(plan.output + (at << 1), sqrt(nearestD2));
  store<i32>(plan.runnerUps + at, runnerUp);
  store<f64>(plan.output3 + (at << 1), sqrt(runnerUpD2));
}

/**
 * Phase, one a chunk: the two nearest centres of every row. `labels`, `output` (float64), `output2` (int32) and
 * `output3` (float64) take the nearest, its squared distance, the runner-up (-1 at k 1), its squared distance.
 */
export function assignTwo(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const end = rowsFrom(plan, chunk + 1);
  for (let row = rowsFrom(plan, chunk); row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    takeRows(base, row, count);
    pack(plan, base, (count + 3) & ~3);
    products(plan, base, count);
    for (let r = 0; r < count; r++) {
      const i = row + r;
      nearestTwo(plan, base, r, i);
      store<i32>(plan.labels + (<usize>i << 2), nearest);
      store<f64>(plan.output + (<usize>i << 3), nearestD2);
      store<i32>(plan.output2 + (<usize>i << 2), runnerUp);
      store<f64>(plan.output3 + (<usize>i << 3), runnerUpD2);
    }
  }
}

/** Phase, one a chunk: the squared distances of its rows to all centres, `rows of the chunk x k`, to `output`. */
export function transform(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const k = plan.k;
  const end = rowsFrom(plan, chunk + 1);
  for (let row = rowsFrom(plan, chunk); row < end; row++) {
    const out = plan.output + (<usize>row * <usize>k << 3);
    let c = 0;
    for (; c + 2 <= k; c += 2) v128.store(out + (<usize>c << 3), strictPair(plan, row, c, c + 1));
    if (c < k) store<f64>(out + (<usize>c << 3), strict(plan, row, c));
  }
}
