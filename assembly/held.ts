import { Plan } from './plan';

/** Values of a table that is held in bytes, see bytes.ts: (byte + low) x unit, exact in float32 as they came. */

// @ts-ignore: decorator
@inline
export function heldOne(plan: Plan, at: usize): f64 {
  return (<f64>load<u8>(at) + <f64>plan.low) * <f64>plan.unit;
}

/** Two as float64, from addresses of their own. */
// @ts-ignore: decorator
@inline
export function heldTwo(plan: Plan, p: usize, q: usize): v128 {
  const bytes = f64x2.replace_lane(f64x2.splat(<f64>load<u8>(p)), 1, <f64>load<u8>(q));
  return f64x2.mul(f64x2.add(bytes, f64x2.splat(<f64>plan.low)), f64x2.splat(<f64>plan.unit));
}

/** Four after another as float32. */
// @ts-ignore: decorator
@inline
export function heldFour(plan: Plan, at: usize): v128 {
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
  return f32x4.mul(f32x4.add(f32x4.convert_i32x4_s(bytes), f32x4.splat(plan.low)), f32x4.splat(plan.unit));
}

/** A row of a multiple of 8 columns as float32. */
export function unpackRow(plan: Plan, row: i32, line: usize): void {
  const d = <usize>plan.columns;
  let at = plan.bytes + <usize>row * d;
  for (const end = at + d; at < end; at += 8, line += 32) {
    v128.store(line, heldFour(plan, at));
    v128.store(line, heldFour(plan, at + 4), 16);
  }
}
