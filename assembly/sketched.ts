import { numbersOf, packedOf, scalesOf, screenedOf } from './block';
import { boundAll } from './matrix';
import { relabel, stamp } from './moves';
import { listOf, looseOf, MOST, narrow, sketchedOf } from './narrow';
import { Plan } from './plan';
import { barOf } from './screen';
import { select, swapHalves, swapPairs } from './simd';
import { errorOf, HEAD, Sketch } from './sketch';
import { products16 } from './tile';

/** Rows meet the sketches of all centres, then in full those that may be nearest. */

/** A row that more centres than this may be nearest to meets them all. */
// @ts-ignore: decorator
@inline
function mostCandidates(k: i32): i32 {
  return min(4 + (k >> 3), MOST - 1);
}

/**
 * Up to a block of rows meets the sketches of all centres, then in full those that may be nearest.
 * @param left where the rows go that have too many of them
 * @returns how many
 */
export function meetSketches(plan: Plan, base: usize, first: i32, rows: usize, count: i32, left: usize): usize {
  const sketch = changetype<Sketch>(plan.sketch);
  const width = <usize>sketch.width;
  const tiles = plan.tiles;
  const packed = packedOf(base, plan);
  const values = screenedOf(base, plan);
  const bytes = width << 1;
  for (let r: usize = 0; r < <usize>((count + 3) & ~3); r++) {
    const row = load<i32>(rows + (min<usize>(r, count - 1) << 2));
    const record = sketch.records + <usize>row * <usize>sketch.pitch;
    store<i32>(numbersOf(base) + (r << 2), row);
    store<f32>(scalesOf(base) + (r << 2), load<f32>(record));
    const to = packed + r * bytes;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(record + HEAD + i));
  }
  products16(packed, bytes, scalesOf(base), values, count, sketch.packed, sketch.norms, sketch.steps, tiles);
  const start = left;
  for (let r: usize = 0; r < <usize>count; r++) {
    const row = load<i32>(numbersOf(base) + (r << 2));
    if (settleBySketch(plan, sketch, base, first, row, values + r * (<usize>tiles << 5))) continue;
    store<i32>(left, row);
    left += 4;
  }
  return (left - start) >> 2;
}

/** @returns whether the row has its label; if not, it must meet all centres */
function settleBySketch(plan: Plan, sketch: Sketch, base: usize, first: i32, row: i32, values: usize): bool {
  const record = sketch.records + <usize>row * <usize>sketch.pitch;
  const beside = load<f32>(record, 4);
  const norm = <f64>load<f32>(record, 12);
  const error = errorOf(plan, sketch, <f64>load<f32>(record, 8), norm);
  // What float32 cannot hold is left to the others.
  if (!(error < 1e36)) return false;
  const place = leastUpper(values, sketch.rests, plan.tiles, beside);
  const bar = barOf(least, <f32>(error * 1.000001 + 1e-37));
  const square = norm * norm;
  const loose = error + looseOf(plan, square);
  if (plan.matrix) boundAll(plan, row, place, values, <f32>((square - loose) * (1 - 1e-6) - 1e-6 * loose));
  store<f32>(values + (<usize>place << 2), Infinity);
  const other = leastOf(values, plan.tiles);
  if (other > bar) {
    stamp(plan, row, sqrt(max(0, square + <f64>other - loose)), sqrt(max(0, square + <f64>least + loose)));
    relabel(plan, base, first, row, place);
    return true;
  }
  const list = listOf(plan, base);
  const count = collect(values, plan.tiles, bar, list, mostCandidates(plan.k));
  if (count < 0) return false;
  store<i32>(list + (<usize>count << 2), place);
  const sketched = sketchedOf(plan, base);
  // Without what they may be off by.
  for (let i = 0; i <= count; i++) {
    const c = <usize>load<i32>(list + (<usize>i << 2));
    const rest = <f64>beside * <f64>load<f32>(sketch.rests + (c << 2));
    const value = i < count ? <f64>load<f32>(values + (c << 2)) + rest : <f64>least - rest;
    store<f64>(sketched + (<usize>i << 3), value);
  }
  narrow(plan, sketch, base, first, row, count, error * 1.000001 + 1e-37, sqrt(max(0, square + <f64>bar - loose)));
  return true;
}

/** What {@link leastUpper} found. One instance is one thread's. */
let least: f32 = 0;

/** Of values v, which may be off by rests x beside: the place of the lowest v + rests x beside. Leaves v - rests x beside. */
function leastUpper(values: usize, rests: usize, tiles: i32, beside: f32): i32 {
  const x = f32x4.splat(beside);
  let low = f32x4.splat(Infinity);
  let index = i32x4(0, 1, 2, 3);
  let at = index;
  const four = i32x4.splat(4);
  for (const end = values + (<usize>tiles << 5); values < end; values += 16, rests += 16) {
    const v = v128.load(values);
    const w = f32x4.mul(x, v128.load(rests));
    const high = f32x4.add(v, w);
    v128.store(values, f32x4.sub(v, w));
    at = select(index, at, f32x4.lt(high, low));
    low = f32x4.pmin(low, high);
    index = i32x4.add(index, four);
  }
  let other = swapHalves(low);
  at = select(swapHalves(at), at, f32x4.lt(other, low));
  low = f32x4.pmin(low, other);
  other = swapPairs(low);
  at = select(swapPairs(at), at, f32x4.lt(other, low));
  least = f32x4.extract_lane(f32x4.pmin(low, other), 0);
  return i32x4.extract_lane(at, 0);
}

function leastOf(values: usize, tiles: i32): f32 {
  let a = v128.load(values), b = v128.load(values, 16);
  const end = values + (<usize>tiles << 5);
  for (values += 32; values < end; values += 32) {
    a = f32x4.pmin(a, v128.load(values));
    b = f32x4.pmin(b, v128.load(values, 16));
  }
  a = f32x4.pmin(a, b);
  a = f32x4.pmin(a, swapHalves(a));
  return f32x4.extract_lane(f32x4.pmin(a, swapPairs(a)), 0);
}

/** Lists the centres whose value is at most the bar. @returns how many, or -1 where they are more than `most` */
function collect(values: usize, tiles: i32, bar: f32, list: usize, most: i32): i32 {
  const limit = f32x4.splat(bar);
  let count = 0;
  for (let j = 0; j < tiles << 3; j += 4) {
    // Written so that a value that is not a number stays in.
    for (let mask = ~i32x4.bitmask(f32x4.gt(v128.load(values + (<usize>j << 2)), limit)) & 15; mask; mask &= mask - 1) {
      if (count == most) return -1;
      store<i32>(list + (<usize>count << 2), j + ctz(mask));
      count++;
    }
  }
  return count;
}
