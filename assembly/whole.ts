import { Plan } from './plan';
import { SCANNED } from './scan';

/**
 * Phase, one a chunk of values: whether all of them, times the power of two at `output2`, are whole and of a magnitude up to
 * the number beside it (both float64); 1 or 0 as int32 to `output`.
 */
export function whole(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const total = <usize>plan.rows * <usize>plan.columns;
  const from = <usize>chunk * SCANNED;
  const count = min<usize>(SCANNED, total - from);
  const factor = load<f64>(plan.output2);
  const most = load<f64>(plan.output2, 8);
  let found = i32x4.splat(-1);
  if (plan.wide) {
    const times = f64x2.splat(factor);
    let at = plan.values + (from << 3);
    for (const end = at + (count << 3); at + 16 <= end; at += 16) {
      const y = f64x2.mul(v128.load(at), times);
      found = v128.and(found, v128.and(f64x2.eq(y, f64x2.nearest(y)), f64x2.le(f64x2.abs(y), f64x2.splat(most))));
    }
    if (count & 1) {
      const y = load<f64>(at) * factor;
      if (y != nearest(y) || abs(y) > most) found = i32x4.splat(0);
    }
  } else {
    const times = f32x4.splat(<f32>factor);
    let at = plan.values + (from << 2);
    const end = at + (count << 2);
    for (; at + 16 <= end; at += 16) {
      const y = f32x4.mul(v128.load(at), times);
      found = v128.and(found, v128.and(f32x4.eq(y, f32x4.nearest(y)), f32x4.le(f32x4.abs(y), f32x4.splat(<f32>most))));
    }
    for (; at < end; at += 4) {
      const y = load<f32>(at) * <f32>factor;
      if (y != nearest(y) || abs(y) > <f32>most) found = i32x4.splat(0);
    }
  }
  store<i32>(plan.output + (<usize>chunk << 2), i32(i32x4.all_true(found)));
}
