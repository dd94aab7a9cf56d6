/** Half a unit in the last place of float32, relative: 2^-24. */
export const U: f64 = 5.9604644775390625e-8;
/** The same of float64, and a little more: 2^-53. */
export const U64: f64 = 1.2e-16;

/** acc + a * b, fused where the engine has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** acc + a0 * b0 + a1 * b1, int16 pairs into int32. */
// @ts-ignore: decorator
@inline
export function dot16(a: v128, b: v128, acc: v128): v128 {
  return i32x4.add(acc, i32x4.dot_i16x8_s(a, b));
}

/** acc + the four products of int8 and 7-bit neighbours, into int32. Relaxed SIMD only. */
// @ts-ignore: decorator
@inline
export function dot8(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, acc);
  return unreachable();
}

// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

// @ts-ignore: decorator
@inline
export function min4(v: v128): f32 {
  const w = f32x4.pmin(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const a = f32x4.extract_lane(w, 0);
  const b = f32x4.extract_lane(w, 1);
  return b < a ? b : a;
}

// @ts-ignore: decorator
@inline
export function max4(v: v128): f32 {
  const w = f32x4.pmax(v, swapHalves(v));
  return max(f32x4.extract_lane(w, 0), f32x4.extract_lane(w, 1));
}

/** The float32 at or above a float64. */
// @ts-ignore: decorator
@inline
export function up(x: f64): f32 {
  const y = <f32>x;
  return <f64>y < x ? reinterpret<f32>(reinterpret<i32>(y) + (y >= 0 ? 1 : -1)) : y;
}

/** The float32 at or below a float64 that is not negative. */
// @ts-ignore: decorator
@inline
export function down(x: f64): f32 {
  const y = <f32>x;
  return <f64>y > x ? reinterpret<f32>(reinterpret<i32>(y) - 1) : y;
}

/** Lanes of a where the mask is set, else of b. */
// @ts-ignore: decorator
@inline
export function select(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}

/** Lanes 2, 3, 0, 1. */
// @ts-ignore: decorator
@inline
export function swapHalves(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

/** Lanes 1, 0, 3, 2. */
// @ts-ignore: decorator
@inline
export function swapPairs(v: v128): v128 {
  return i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
}
