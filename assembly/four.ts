import { Plan } from './plan';

/** What {@link strictFour} found: rows 0 and 1, rows 2 and 3. One instance is one thread's. */
export let strictLow: v128 = f64x2.splat(0);
export let strictHigh: v128 = f64x2.splat(0);

/** The strict squared distances of four rows to centre c, each in its own order. */
export function strictFour(plan: Plan, c: i32, r0: i32, r1: i32, r2: i32, r3: i32): void {
  const d = <usize>plan.columns;
  let center = plan.centers + (<usize>c * d << 3);
  const end = center + (d << 3);
  let low = f64x2.splat(0), high = low;
  if (plan.wide) {
    let p0 = plan.values + (<usize>r0 * d << 3), p1 = plan.values + (<usize>r1 * d << 3);
    let p2 = plan.values + (<usize>r2 * d << 3), p3 = plan.values + (<usize>r3 * d << 3);
    for (; center < end; center += 8, p0 += 8, p1 += 8, p2 += 8, p3 += 8) {
      const y = v128.load64_splat(center);
      const a = f64x2.sub(v128.load64_lane(p1, v128.load64_zero(p0), 1), y);
      const b = f64x2.sub(v128.load64_lane(p3, v128.load64_zero(p2), 1), y);
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
  } else {
    let p0 = plan.values + (<usize>r0 * d << 2), p1 = plan.values + (<usize>r1 * d << 2);
    let p2 = plan.values + (<usize>r2 * d << 2), p3 = plan.values + (<usize>r3 * d << 2);
    for (; center < end; center += 8, p0 += 4, p1 += 4, p2 += 4, p3 += 4) {
      const y = v128.load64_splat(center);
      const a = f64x2.sub(f64x2.promote_low_f32x4(v128.load32_lane(p1, v128.load32_zero(p0), 1)), y);
      const b = f64x2.sub(f64x2.promote_low_f32x4(v128.load32_lane(p3, v128.load32_zero(p2), 1)), y);
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
  }
  strictLow = low;
  strictHigh = high;
}
