import { center, lineOf, linePitch } from './block';
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
    from = plan.values + <usize>row * linePitch(plan);
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
