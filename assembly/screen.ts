import { errorsOf, screenedOf } from './block';
import { Plan } from './plan';
import { select, swapHalves, swapPairs } from './simd';
import { strict } from './strict';

/** What {@link lowestTwo} found: the lowest value, where it is, and the second lowest. One instance is one thread's. */
export let low: f32 = 0;
export let second: f32 = 0;
export let place: i32 = 0;

/** The two lowest of a row's screened values, 8 a tile. */
// @ts-ignore: decorator
@inline
export function lowestTwo(values: usize, tiles: i32): void {
  let a = v128.load(values), b = v128.load(values, 16);
  let index = i32x4(0, 1, 2, 3);
  const eight = i32x4.splat(8);
  let ia = index, ib = i32x4.add(index, i32x4.splat(4));
  let jb = ib;
  let a2 = f32x4.splat(Infinity), b2 = a2;
  for (let t = 1; t < tiles; t++) {
    values += 32;
    index = i32x4.add(index, eight);
    jb = i32x4.add(jb, eight);
    const u = v128.load(values), w = v128.load(values, 16);
    a2 = f32x4.pmin(a2, f32x4.pmax(u, a));
    b2 = f32x4.pmin(b2, f32x4.pmax(w, b));
    ia = select(index, ia, f32x4.lt(u, a));
    ib = select(jb, ib, f32x4.lt(w, b));
    a = f32x4.pmin(a, u);
    b = f32x4.pmin(b, w);
  }
  // Both halves, then both pairs, then both lanes into one. Ties may go either way: they are decided strictly.
  a2 = f32x4.pmin(f32x4.pmin(a2, b2), f32x4.pmax(a, b));
  ia = select(ib, ia, f32x4.lt(b, a));
  a = f32x4.pmin(a, b);
  b = swapHalves(a);
  a2 = f32x4.pmin(f32x4.pmin(a2, swapHalves(a2)), f32x4.pmax(a, b));
  ia = select(swapHalves(ia), ia, f32x4.lt(b, a));
  a = f32x4.pmin(a, b);
  b = swapPairs(a);
  a2 = f32x4.pmin(f32x4.pmin(a2, swapPairs(a2)), f32x4.pmax(a, b));
  ia = select(swapPairs(ia), ia, f32x4.lt(b, a));
  low = f32x4.extract_lane(f32x4.pmin(a, b), 0);
  second = f32x4.extract_lane(a2, 0);
  place = i32x4.extract_lane(ia, 0);
}

/** What a screened value must exceed to be surely farther than one of `value`. */
// @ts-ignore: decorator
@inline
export function barOf(value: f32, error: f32): f32 {
  // Rounded to nearest, so one more unit on either side.
  return value + 2 * error + abs<f32>(value) * <f32>1.3e-7;
}

/** The nearest centre of a block's row r, number `row`: screened, then decided strictly where more than one is left. */
export function nearestOf(plan: Plan, base: usize, r: i32, row: i32): i32 {
  const tiles = plan.tiles;
  const values = screenedOf(base, plan) + <usize>r * (<usize>tiles << 5);
  lowestTwo(values, tiles);
  const bar = barOf(low, load<f32>(errorsOf(base) + (<usize>r << 2)));
  return second > bar ? place : decide(plan, values, tiles, bar, row);
}

/** Strict argmin over the centres whose screened value is at most the bar; the lowest number where they tie. */
export function decide(plan: Plan, values: usize, tiles: i32, bar: f32, row: i32): i32 {
  const limit = f32x4.splat(bar);
  let label = -1;
  let best = Infinity;
  for (let t = 0; t < tiles; t++) {
    const p = values + (<usize>t << 5);
    // Written so that a value that is not a number stays in.
    const far = i32x4.bitmask(f32x4.gt(v128.load(p), limit)) | (i32x4.bitmask(f32x4.gt(v128.load(p, 16), limit)) << 4);
    for (let mask = ~far & 255; mask; mask &= mask - 1) {
      const c = (t << 3) + ctz(mask);
      if (c >= plan.k) break;
      const d2 = strict(plan, row, c);
      if (d2 >= best) continue;
      best = d2;
      label = c;
    }
  }
  return label;
}
