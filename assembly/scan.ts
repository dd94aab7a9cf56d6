import { pack } from './bytes';
import { Plan } from './plan';

/** Values that a chunk of the scan takes. */
export const SCANNED = 1 << 16;

/** Waits until the first `count` values of the table are there. */
export function awaitValues(plan: Plan, count: usize): void {
  if (!plan.filled) return;
  for (;;) {
    const there = atomic.load<u32>(plan.filled);
    if (<usize>there >= count) return;
    atomic.wait<i32>(plan.filled, <i32>there, -1);
  }
}

/** The largest magnitude of `count` values from the index `from` on; not a number where one is not finite. */
export function magnitude(plan: Plan, from: usize, count: usize): f64 {
  if (plan.wide) {
    let largest: f64 = 0;
    let at = plan.values + (from << 3);
    // Not a number once, not a number for good.
    for (const end = at + (count << 3); at < end; at += 8) largest = max<f64>(largest, abs(load<f64>(at)));
    return largest < Infinity ? largest : NaN;
  }
  // Magnitudes of float32 order as their bits do, infinity and what is not a number above all others.
  const sign = i32x4.splat(0x7fffffff);
  let a = i32x4.splat(0), b = a;
  let at = plan.values + (from << 2);
  const end = at + (count << 2);
  for (; at + 32 <= end; at += 32) {
    a = i32x4.max_u(a, v128.and(v128.load(at), sign));
    b = i32x4.max_u(b, v128.and(v128.load(at, 16), sign));
  }
  a = i32x4.max_u(a, b);
  let bits = max(
    max<u32>(i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1)),
    max<u32>(i32x4.extract_lane(a, 2), i32x4.extract_lane(a, 3)),
  );
  for (; at < end; at += 4) bits = max(bits, load<u32>(at) & 0x7fffffff);
  return bits < 0x7f800000 ? <f64>reinterpret<f32>(bits) : NaN;
}

/** Phase, one a chunk of values: their {@link magnitude} as float64 to `output`; packed as `output2` says, where it is set. */
export function scan(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const total = <usize>plan.rows * <usize>plan.columns;
  const from = <usize>chunk * SCANNED;
  const count = min<usize>(SCANNED, total - from);
  awaitValues(plan, from + count);
  store<f64>(plan.output + (<usize>chunk << 3), magnitude(plan, from, count));
  if (plan.output2) pack(plan, from, count);
}
