import { CLEAR } from './distance';
import { stamp } from './moves';
import { Plan } from './plan';

/**
 * A lower bound of a row for every centre (Elkan 2003, without the distances between centres), in uint16 steps rounded down;
 * the row's own centre stands at 65535.
 */

const TOP: u32 = 65535;

// @ts-ignore: decorator
@inline
export function boundsOf(plan: Plan, row: i32): usize {
  return plan.matrix + ((<usize>row * (<usize>plan.tiles << 3)) << 1);
}

/** A bound of the row: what its distance to a centre is at least. */
// @ts-ignore: decorator
@inline
export function storeBound(plan: Plan, row: i32, c: i32, length: f64): void {
  store<u16>(boundsOf(plan, row) + (<usize>c << 1), stepsOf(length, <f64>plan.step));
}

/** The row's own centre has none. */
// @ts-ignore: decorator
@inline
export function storeOwn(plan: Plan, row: i32, label: i32): void {
  store<u16>(boundsOf(plan, row) + (<usize>label << 1), <u16>TOP);
}

/** The least of a row's bounds. */
export function leastBound(plan: Plan, row: i32): f64 {
  const bounds = boundsOf(plan, row);
  let least = i16x8.splat(-1);
  for (let j: usize = 0; j < <usize>plan.tiles << 4; j += 16) least = i16x8.min_u(least, v128.load(bounds + j));
  return <f64>leastOf(least) * <f64>plan.step;
}

/** Lists the centres that a row's bounds leave within a length. @returns how many, or -1 where they are more than `most` */
export function listWithin(plan: Plan, row: i32, length: f64, list: usize, most: i32): i32 {
  const steps = ceil(length / <f64>plan.step);
  if (!(steps < 65535)) return -1;
  const bounds = boundsOf(plan, row);
  const limit = i16x8.splat(<i16><u32>steps);
  let count = 0;
  for (let j: usize = 0; j < <usize>plan.tiles << 4; j += 16) {
    for (let mask = i16x8.bitmask(i16x8.le_u(v128.load(bounds + j), limit)); mask; mask &= mask - 1) {
      if (count == most) return -1;
      store<i32>(list + (<usize>count << 2), <i32>(j >> 1) + ctz(mask));
      count++;
    }
  }
  return count;
}

/**
 * The row's bounds for all centres as of now.
 * @returns the least of them; -1 where that and `upper` have settled the row
 */
export function lowerAll(plan: Plan, row: i32, label: i32): f64 {
  const width = <usize>plan.tiles << 3;
  const old = <usize>load<u8>(plan.stamps + <usize>row);
  const bounds = boundsOf(plan, row);
  const moved = plan.movedSteps + ((old * width) << 1);
  let least = i16x8.splat(-1);
  for (let j: usize = 0; j < width << 1; j += 16) {
    const b = i16x8.sub_sat_u(v128.load(bounds + j), v128.load(moved + j));
    v128.store(bounds + j, b);
    least = i16x8.min_u(least, b);
  }
  storeOwn(plan, row, label);
  store<u8>(plan.stamps + <usize>row, <u8>plan.now);
  const nearest = <f64>leastOf(least) * <f64>plan.step;
  const upper = <f64>load<f32>(plan.upper + (<usize>row << 2)) + <f64>load<f32>(plan.moved + ((old * width + <usize>label) << 2));
  if (!(nearest > upper * (1 + CLEAR))) return nearest;
  stamp(plan, row, nearest, upper);
  return -1;
}

// @ts-ignore: decorator
@inline
export function stepsOf(length: f64, step: f64): u16 {
  const steps = length / step;
  return steps <= 0 ? 0 : steps >= 65535 ? <u16>TOP : <u16><u32>steps;
}

// @ts-ignore: decorator
@inline
export function leastOf(v: v128): u32 {
  let w = i16x8.min_u(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  w = i16x8.min_u(w, i8x16.shuffle(w, w, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  return min<u32>(i16x8.extract_lane_u(w, 0), i16x8.extract_lane_u(w, 1));
}

/**
 * A row's bounds from screened values, all of them.
 * @param square squared norm of the row less the screen's error
 */
export function boundAll(plan: Plan, row: i32, label: i32, values: usize, square: f32): void {
  const width = <usize>plan.tiles << 3;
  const bounds = boundsOf(plan, row);
  const offset = f32x4.splat(square);
  const inverse = f32x4.splat(<f32>((1 - 1e-6) / <f64>plan.step));
  const top = f32x4.splat(65535);
  // Rounds down: half a step less, then to the nearest.
  const half = f32x4.splat(0.5);
  const magic = f32x4.splat(12582912);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < width; j += 8) {
    let a = f32x4.add(v128.load(values + (j << 2)), offset);
    let b = f32x4.add(v128.load(values + (j << 2), 16), offset);
    a = f32x4.pmin(f32x4.mul(f32x4.sqrt(f32x4.pmax(zero, a)), inverse), top);
    b = f32x4.pmin(f32x4.mul(f32x4.sqrt(f32x4.pmax(zero, b)), inverse), top);
    a = f32x4.add(f32x4.sub(a, half), magic);
    b = f32x4.add(f32x4.sub(b, half), magic);
    v128.store(bounds + (j << 1), i8x16.shuffle(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
  }
  store<u16>(bounds + (<usize>label << 1), <u16>TOP);
}
