import { Plan } from './plan';

/** Values that a chunk of the scan takes. */
export const SCANNED = 1 << 16;

/** Phase, one a chunk of values: the largest magnitude as float64 to `output`; not a number where one is not finite. */
export function scan(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const total = <usize>plan.rows * <usize>plan.columns;
  const from = <usize>chunk * SCANNED;
  const count = min<usize>(SCANNED, total - from);
  const out = plan.output + (<usize>chunk << 3);
  if (plan.wide) {
    let largest: f64 = 0;
    let at = plan.values + (from << 3);
    // Not a number once, not a number for good.
    for (const end = at + (count << 3); at < end; at += 8) largest = max<f64>(largest, abs(load<f64>(at)));
    store<f64>(out, largest < Infinity ? largest : NaN);
    return;
  }
  // Magnitudes of float32 order as their bits do, infinity and what is not a number above all others.
  const magnitude = i32x4.splat(0x7fffffff);
  let a = i32x4.splat(0);
  let at = plan.values + (from << 2);
  const end = at + (count << 2);
  for (; at + 16 <= end; at += 16) a = i32x4.max_u(a, v128.and(v128.load(at), magnitude));
  let bits = max(
    max<u32>(i32x4.extract_lane(a, 0), i32x4.extract_lane(a, 1)),
    max<u32>(i32x4.extract_lane(a, 2), i32x4.extract_lane(a, 3)),
  );
  for (; at < end; at += 4) bits = max(bits, load<u32>(at) & 0x7fffffff);
  store<f64>(out, bits < 0x7f800000 ? <f64>reinterpret<f32>(bits) : NaN);
}
