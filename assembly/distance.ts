import { center, lineOf, linePitch } from './block';
import { unpackRow } from './held';
import { Plan } from './plan';
import { fma, sum4, U } from './simd';

/**
 * Lengths between a row and single centres in float32, straight from the differences, with an outward bound. The row
 * stands as a line in scratch memory, the centres as lines of their own.
 */

/** Farther than rounding in float64 can reach, relative: what bounds settle, strict distances agree with. */
export const CLEAR: f64 = 1e-7;

/** What {@link measure} found: the distance is at least `near` and at most `far`. One instance is one thread's. */
export let near: f64 = 0;
export let far: f64 = 0;
let slip: f64 = 0;
let from: usize = 0;
let loose: f64 = 0;

/** Takes a row; distances measured from now on are from it. */
export function measureFrom(plan: Plan, base: usize, row: i32): void {
  const d = <f64>plan.columns;
  loose = (d / 8 + 12) * U;
  if (plan.direct) {
    // The row is what it is, the centre was rounded.
    if (plan.bytes) {
      from = lineOf(base);
      unpackRow(plan, row, from);
    } else {
      from = plan.values + <usize>row * linePitch(plan);
    }
    slip = U * 1.01 * (<f64>plan.centerNorm + <f64>plan.away) + 1e-20;
    return;
  }
  from = lineOf(base);
  const square = center(plan, row, from);
  // What rounding row and centre to float32 can shift, and what the sum of squares can be off by.
  slip = U * 1.01 * (sqrt(<f64>square) * (1 + (d + 16) * U) + <f64>plan.centerNorm) + 1e-20;
}

// @ts-ignore: decorator
@inline
export function lineOfCenter(plan: Plan, c: i32): usize {
  return plan.lines + <usize>c * linePitch(plan);
}

/** Squared distance between two lines. */
export function between(x: usize, y: usize, pitch: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const end = x + pitch;
  for (; x + 64 <= end; x += 64, y += 64) {
    const u = f32x4.sub(v128.load(x), v128.load(y));
    const v = f32x4.sub(v128.load(x, 16), v128.load(y, 16));
    const w = f32x4.sub(v128.load(x, 32), v128.load(y, 32));
    const z = f32x4.sub(v128.load(x, 48), v128.load(y, 48));
    a = fma(u, u, a);
    b = fma(v, v, b);
    c = fma(w, w, c);
    d = fma(z, z, d);
  }
  if (x < end) {
    const u = f32x4.sub(v128.load(x), v128.load(y));
    const w = f32x4.sub(v128.load(x, 16), v128.load(y, 16));
    a = fma(u, u, a);
    b = fma(w, w, b);
  }
  return sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

export function measure(plan: Plan, c: i32): void {
  const length = sqrt(<f64>between(from, lineOfCenter(plan, c), linePitch(plan)));
  near = length * (1 - loose) - slip;
  far = length * (1 + loose) + slip;
}

/**
 * The same for a list of centres, int32; `near` of each goes to `nears`, float64.
 * @returns the least `far`
 */
export function measureAll(plan: Plan, list: usize, count: usize, nears: usize): f64 {
  const end = from + linePitch(plan);
  const last = list + ((count - 1) << 2);
  let least = Infinity;
  for (let i: usize = 0; i < count; i += 4) {
    const at = list + (i << 2);
    let p0 = lineOfCenter(plan, load<i32>(at));
    let p1 = lineOfCenter(plan, load<i32>(min(at + 4, last)));
    let p2 = lineOfCenter(plan, load<i32>(min(at + 8, last)));
    let p3 = lineOfCenter(plan, load<i32>(min(at + 12, last)));
    let a0 = f32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
    for (let x = from; x < end; x += 32, p0 += 32, p1 += 32, p2 += 32, p3 += 32) {
      const u = v128.load(x), w = v128.load(x, 16);
      let e = f32x4.sub(u, v128.load(p0));
      a0 = fma(e, e, a0);
      e = f32x4.sub(w, v128.load(p0, 16));
      b0 = fma(e, e, b0);
      e = f32x4.sub(u, v128.load(p1));
      a1 = fma(e, e, a1);
      e = f32x4.sub(w, v128.load(p1, 16));
      b1 = fma(e, e, b1);
      e = f32x4.sub(u, v128.load(p2));
      a2 = fma(e, e, a2);
      e = f32x4.sub(w, v128.load(p2, 16));
      b2 = fma(e, e, b2);
      e = f32x4.sub(u, v128.load(p3));
      a3 = fma(e, e, a3);
      e = f32x4.sub(w, v128.load(p3, 16));
      b3 = fma(e, e, b3);
    }
    const out = nears + (i << 3);
    least = min(least, bound(sum4(f32x4.add(a0, b0)), out));
    if (i + 1 < count) least = min(least, bound(sum4(f32x4.add(a1, b1)), out + 8));
    if (i + 2 < count) least = min(least, bound(sum4(f32x4.add(a2, b2)), out + 16));
    if (i + 3 < count) least = min(least, bound(sum4(f32x4.add(a3, b3)), out + 24));
  }
  return least;
}

// @ts-ignore: decorator
@inline
function bound(square: f32, nears: usize): f64 {
  const length = sqrt(<f64>square);
  store<f64>(nears, length * (1 - loose) - slip);
  return length * (1 + loose) + slip;
}
