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
let loose: f64 = 0;

/** Takes a row; distances measured from now on are from it. */
export function measureFrom(plan: Plan, base: usize, row: i32): void {
  const square = center(plan, row, lineOf(base));
  const d = <f64>plan.columns;
  // What rounding row and centre to float32 can shift, and what the sum of squares can be off by.
  slip = U * 1.01 * (sqrt(<f64>square) * (1 + (d + 16) * U) + <f64>plan.centerNorm) + 1e-20;
  loose = (d / 8 + 12) * U;
}

// @ts-ignore: decorator
@inline
export function lineOfCenter(plan: Plan, c: i32): usize {
  return plan.lines + <usize>c * linePitch(plan);
}

/** Squared distance between two lines. */
export function between(x: usize, y: usize, pitch: usize): f32 {
  let a = f32x4.splat(0), b = a;
  for (const end = x + pitch; x < end; x += 32, y += 32) {
    const u = f32x4.sub(v128.load(x), v128.load(y));
    const w = f32x4.sub(v128.load(x, 16), v128.load(y, 16));
    a = fma(u, u, a);
    b = fma(w, w, b);
  }
  return sum4(f32x4.add(a, b));
}

export function measure(plan: Plan, base: usize, c: i32): void {
  const length = sqrt(<f64>between(lineOf(base), lineOfCenter(plan, c), linePitch(plan)));
  near = length * (1 - loose) - slip;
  far = length * (1 + loose) + slip;
}
