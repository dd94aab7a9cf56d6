import { failedOf, numbersOf } from './block';
import { CLEAR } from './distance';
import { labelOf } from './labels';
import { boundsOf, leastBound, listWithin, lowerAll } from './matrix';
import { stamp } from './moves';
import { listOf, looseOf, MOST, narrow, sketchedOf } from './narrow';
import { Plan } from './plan';
import { barOf } from './screen';
import { dot16, down, fma, U, up } from './simd';
import { errorOf, HEAD, Sketch } from './sketch';

/** Rows with sketches and a bound for every centre: they meet the sketches of those centres that their bounds leave. */

/** @returns how many of the failed rows are left, at the front of their list: those that too many centres are left for */
export function settleSparsely(plan: Plan, base: usize, first: i32, failed: usize): usize {
  const sketch = changetype<Sketch>(plan.sketch);
  let left: usize = 0;
  for (let f: usize = 0; f < failed; f++) {
    const row = load<i32>(failedOf(base) + (f << 2));
    if (settleRow(plan, sketch, base, first, row)) continue;
    store<i32>(failedOf(base) + (left << 2), row);
    left++;
  }
  return left;
}

function settleRow(plan: Plan, sketch: Sketch, base: usize, first: i32, row: i32): bool {
  const label = labelOf(plan, row);
  const nearest = lowerAll(plan, row, label);
  if (nearest < 0) return true;
  const record = sketch.records + <usize>row * <usize>sketch.pitch;
  const norm = <f64>load<f32>(record, 12);
  const error = errorOf(plan, sketch, <f64>load<f32>(record, 8), norm);
  if (!(error < 1e36)) return false;
  const square = norm * norm;
  const own = valueOf(sketch, record, label);
  const rest = <f64>load<f32>(record, 4) * <f64>load<f32>(sketch.rests + (<usize>label << 2));
  const most = <f64>own + rest + 4 * U * (<f64>abs(own) + 2 * rest);
  const loose = error + looseOf(plan, square);
  const upper = sqrt(max(0, square + most + loose * 1.000001 + 1e-37));
  if (nearest > upper * (1 + CLEAR)) {
    stamp(plan, row, nearest, upper);
    return true;
  }
  const list = listOf(plan, base);
  const count = listWithin(plan, row, upper * (1 + CLEAR), list, min(plan.k / 3, MOST - 4));
  if (count < 0) return false;
  const bar = barOf(up(most), <f32>(error * 1.000001 + 1e-37));
  const left = meetListed(plan, sketch, base, row, record, count, bar, <f32>((square - loose) * (1 - 1e-6) - 1e-6 * loose));
  if (!left) {
    stamp(plan, row, leastBound(plan, row), upper);
    return true;
  }
  store<i32>(list + (<usize>left << 2), label);
  store<f64>(sketchedOf(plan, base) + (<usize>left << 3), <f64>own);
  narrow(plan, sketch, base, first, row, left, error * 1.000001 + 1e-37, upper);
  // Those that were not listed may be much farther than that.
  store<f32>(plan.lower + (<usize>row << 2), down(leastBound(plan, row)));
  return true;
}

/** What a row's sketch gives for one centre. */
function valueOf(sketch: Sketch, record: usize, c: i32): f32 {
  const bytes = <usize>sketch.width << 1;
  const line = sketch.lines + <usize>c * bytes;
  let a = i32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) a = dot16(v128.load(record + HEAD + i), v128.load(line + i), a);
  const sum = i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3);
  const step = load<f32>(record) * load<f32>(sketch.steps + (<usize>c << 2));
  return <f32>sum * step + load<f32>(sketch.norms + (<usize>c << 2));
}

/**
 * A row meets the sketches of those centres that are listed, which gives it bounds.
 * @param bar those above it, by what they are at least, are farther than the row's own centre
 * @param square squared norm of the row less the screen's error
 * @returns how many are left, at the front of the list, with their values
 */
function meetListed(plan: Plan, sketch: Sketch, base: usize, row: i32, record: usize, count: i32, bar: f32, square: f32): i32 {
  const bytes = <usize>sketch.width << 1;
  const list = listOf(plan, base);
  const last = list + (<usize>(count - 1) << 2);
  const sketched = sketchedOf(plan, base);
  const found = numbersOf(base);
  const bounds = boundsOf(plan, row);
  const scale = v128.load32_splat(record), beside = v128.load32_splat(record, 4);
  const limit = f32x4.splat(bar), offset = f32x4.splat(square), zero = f32x4.splat(0);
  const inverse = f32x4.splat(<f32>((1 - 1e-6) / <f64>plan.step)), top = f32x4.splat(65535);
  const z = record + HEAD;
  let left = 0;
  for (let at = list; at <= last; at += 16) {
    const c0 = <usize>load<i32>(at), c1 = <usize>load<i32>(min(at + 4, last));
    const c2 = <usize>load<i32>(min(at + 8, last)), c3 = <usize>load<i32>(min(at + 12, last));
    const l0 = sketch.lines + c0 * bytes, l1 = sketch.lines + c1 * bytes;
    const l2 = sketch.lines + c2 * bytes, l3 = sketch.lines + c3 * bytes;
    let a = i32x4.splat(0), b = a, c = a, d = a;
    for (let i: usize = 0; i < bytes; i += 16) {
      const x = v128.load(z + i);
      a = dot16(x, v128.load(l0 + i), a);
      b = dot16(x, v128.load(l1 + i), b);
      c = dot16(x, v128.load(l2 + i), c);
      d = dot16(x, v128.load(l3 + i), d);
    }
    const step = f32x4.mul(scale, four(sketch.steps, c0, c1, c2, c3));
    const value = fma(f32x4.convert_i32x4_s(sums(a, b, c, d)), step, four(sketch.norms, c0, c1, c2, c3));
    const low = f32x4.sub(value, f32x4.mul(beside, four(sketch.rests, c0, c1, c2, c3)));
    const length = f32x4.pmin(f32x4.mul(f32x4.sqrt(f32x4.pmax(zero, f32x4.add(low, offset))), inverse), top);
    const steps = i32x4.trunc_sat_f32x4_u(length);
    v128.store16_lane(bounds + (c0 << 1), steps, 0);
    v128.store16_lane(bounds + (c1 << 1), steps, 2);
    v128.store16_lane(bounds + (c2 << 1), steps, 4);
    v128.store16_lane(bounds + (c3 << 1), steps, 6);
    // Written so that a value that is not a number stays in.
    let mask = ~i32x4.bitmask(f32x4.gt(low, limit)) & 15;
    if (at + 12 > last) mask &= (1 << ((<i32>(last - at) >> 2) + 1)) - 1;
    if (!mask) continue;
    v128.store(found, value);
    for (; mask; mask &= mask - 1) {
      const lane = <usize>ctz(mask) << 2;
      store<f64>(sketched + (<usize>left << 3), <f64>load<f32>(found + lane));
      store<i32>(list + (<usize>left << 2), load<i32>(at + lane));
      left++;
    }
  }
  return left;
}

/** The sums of the lanes of each. */
// @ts-ignore: decorator
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(
    i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  const cd = i32x4.add(
    i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  return i32x4.add(
    i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
    i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
  );
}

/** Four float32 of a list. */
// @ts-ignore: decorator
@inline
function four(at: usize, a: usize, b: usize, c: usize, d: usize): v128 {
  let v = v128.load32_zero(at + (a << 2));
  v = v128.load32_lane(at + (b << 2), v, 1);
  v = v128.load32_lane(at + (c << 2), v, 2);
  return v128.load32_lane(at + (d << 2), v, 3);
}
