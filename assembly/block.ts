import { heldFour, heldOne } from './held';
import { Plan } from './plan';
import { fma, sum4, U, U64 } from './simd';

/** Rows that are screened together. */
export const BLOCK = 32;

/** 1.5 x 2^23: adding it leaves the nearest integer in the low bits of a float32. */
const MAGIC: f32 = 12582912;
/** Norm of a packed row or centre in its integer steps; products of two stay below 2^31. */
export const REACH: f64 = 32000;

/** Rows a chunk holds at most. */
export const CHUNK = 2048;
/** Bytes of the lists below. */
const LISTS = CHUNK * 8 + CHUNK / 8;

/**
 * Scratch memory of one thread. First what belongs to a chunk: failed, int32, the rows that their bounds do not settle ·
 * former, int32, the labels that moved rows had · moved, a bit a row. Then what belongs to a block of rows: numbers: uint32, the rows · squares, errors, scales: float32 · line: one row, float32 · packed · screened: float32
 */
// @ts-ignore: decorator
@inline
export function failedOf(base: usize): usize {
  return base;
}
// @ts-ignore: decorator
@inline
export function formerOf(base: usize): usize {
  return base + CHUNK * 4;
}
// @ts-ignore: decorator
@inline
export function movedOf(base: usize): usize {
  return base + CHUNK * 8;
}
// @ts-ignore: decorator
@inline
export function numbersOf(base: usize): usize {
  return base + LISTS;
}
// @ts-ignore: decorator
@inline
export function squaresOf(base: usize): usize {
  return base + LISTS + BLOCK * 4;
}
// @ts-ignore: decorator
@inline
export function errorsOf(base: usize): usize {
  return base + LISTS + BLOCK * 8;
}
// @ts-ignore: decorator
@inline
export function scalesOf(base: usize): usize {
  return base + LISTS + BLOCK * 12;
}
// @ts-ignore: decorator
@inline
export function lineOf(base: usize): usize {
  return base + LISTS + BLOCK * 16;
}
// @ts-ignore: decorator
@inline
export function packedOf(base: usize, plan: Plan): usize {
  return lineOf(base) + linePitch(plan);
}

/** Bytes of a row or centre as a line: float32, less the middle, padded with zeros. */
// @ts-ignore: decorator
@inline
export function linePitch(plan: Plan): usize {
  return ((<usize>plan.columns + 7) & ~7) << 2;
}
// @ts-ignore: decorator
@inline
export function screenedOf(base: usize, plan: Plan): usize {
  return packedOf(base, plan) + packedPitch(plan) * BLOCK;
}

/** Bytes of one packed row. */
// @ts-ignore: decorator
@inline
export function packedPitch(plan: Plan): usize {
  return plan.integer ? ((<usize>plan.columns + 3) & ~3) << 1 : linePitch(plan);
}

/** Bytes of scratch that a thread needs. */
export function scratchBytes(columns: i32, tiles: i32): i32 {
  return LISTS + BLOCK * 16 + (BLOCK + 1) * ((columns + 7) & ~7) * 4 + BLOCK * tiles * 32 + BLOCK * 24 + (BLOCK + 1) * tiles + ((tiles + 15) & ~15) * 4 + 64;
}

/**
 * A row less the middle as float32, padded with zeros to a multiple of 8.
 * @returns its squared norm, to (columns / 4 + 8) x 2^-24 relative
 */
export function center(plan: Plan, row: u32, line: usize): f32 {
  const d = plan.columns;
  const middle = plan.middle;
  let square = f32x4.splat(0);
  let j = 0;
  if (plan.bytes) {
    const x = plan.bytes + <usize>row * <usize>d;
    for (; j + 4 <= d; j += 4) {
      const o = <usize>j << 2;
      const y = f32x4.sub(heldFour(plan, x + <usize>j), v128.load(middle + o));
      v128.store(line + o, y);
      square = fma(y, y, square);
    }
  } else if (plan.wide) {
    const x = plan.values + <usize>row * (<usize>d << 3);
    for (; j + 4 <= d; j += 4) {
      const m = v128.load(middle + (<usize>j << 2));
      const p = x + (<usize>j << 3);
      const low = f64x2.sub(v128.load(p), f64x2.promote_low_f32x4(m));
      const high = f64x2.sub(v128.load(p, 16), f64x2.promote_low_f32x4(i8x16.shuffle(m, m, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
      const y = i8x16.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      v128.store(line + (<usize>j << 2), y);
      square = fma(y, y, square);
    }
  } else {
    const x = plan.values + <usize>row * (<usize>d << 2);
    for (; j + 4 <= d; j += 4) {
      const o = <usize>j << 2;
      const y = f32x4.sub(v128.load(x + o), v128.load(middle + o));
      v128.store(line + o, y);
      square = fma(y, y, square);
    }
  }
  let sum = sum4(square);
  for (; j < d; j++) {
    const m = load<f32>(middle + (<usize>j << 2));
    let y: f32;
    if (plan.bytes) y = <f32>heldOne(plan, plan.bytes + <usize>row * <usize>d + <usize>j) - m;
    else if (plan.wide) y = <f32>(load<f64>(plan.values + ((<usize>row * <usize>d + <usize>j) << 3)) - <f64>m);
    else y = load<f32>(plan.values + ((<usize>row * <usize>d + <usize>j) << 2)) - m;
    store<f32>(line + (<usize>j << 2), y);
    sum += y * y;
  }
  for (; j & 7; j++) store<f32>(line + (<usize>j << 2), 0);
  return sum;
}

/** The rows from `first` on as the block's, up to a multiple of 4 by repeating the last one. */
export function takeRows(base: usize, first: i32, count: i32): void {
  const last = first + count - 1;
  for (let r = 0; r < ((count + 3) & ~3); r++) store<u32>(numbersOf(base) + (<usize>r << 2), min(first + r, last));
}

/** line x inverse as int16, padded with zeros to a multiple of 4. */
export function quantise(line: usize, columns: i32, inverse: f32, out: usize): void {
  const scale = f32x4.splat(inverse);
  const magic = f32x4.splat(MAGIC);
  const end = out + (((<usize>columns + 3) & ~3) << 1);
  while (out + 16 <= end) {
    const a = fma(v128.load(line), scale, magic);
    const b = fma(v128.load(line, 16), scale, magic);
    v128.store(out, i8x16.shuffle(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29));
    line += 32;
    out += 16;
  }
  if (out < end) {
    const a = fma(v128.load(line), scale, magic);
    v128.store64_lane(out, i8x16.shuffle(a, a, 0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13), 0);
  }
}

/**
 * What a strict squared distance is rounded by at most, for a row of this norm: where the row is so far from all centres
 * that rounding decides between them, the strict distances do.
 */
// @ts-ignore: decorator
@inline
export function roundingOf(columns: i32, norm: f64, center: f64): f64 {
  return U64 * (<f64>columns + 4) * (norm + center) * (norm + center);
}

/** How far a row is from its packed form at most. */
// @ts-ignore: decorator
@inline
export function lostOf(columns: i32, scale: f32, norm: f64): f64 {
  return scale > 0 ? <f64>scale * sqrt(<f64>columns) * 0.503 + 4 * U * norm : norm;
}

/**
 * Packs the block's rows for the products, with what bounds the screen's error: a screened value v differs from
 * d2(x, c) - |x|^2 by at most errors[r], whatever the centre. Derivation: docs/engine.md.
 * @returns whether all of their squares are numbers that float32 holds
 */
export function pack(plan: Plan, base: usize, count: i32): bool {
  const d = plan.columns;
  const pitch = packedPitch(plan);
  const C = <f64>plan.centerNorm;
  const shift = <f64>plan.centerError;
  const inexact = 1 + (<f64>d + 16) * U;
  let out = packedOf(base, plan);
  let calm = true;
  for (let r: usize = 0; r < <usize>count; r++) {
    const row = load<u32>(numbersOf(base) + (r << 2));
    const line = plan.integer ? lineOf(base) : out;
    const square = center(plan, row, line);
    const norm = sqrt(<f64>square) * inexact + 1e-22;
    let error: f64;
    if (plan.integer) {
      const inverse = norm > 1e-18 && norm < 1e18 ? <f32>(REACH / norm) : 0;
      const scale = inverse > 0 ? <f32>1 / inverse : 0;
      quantise(line, d, inverse, out);
      store<f32>(scalesOf(base) + (r << 2), scale);
      const lost = lostOf(d, scale, norm);
      error = 2 * (lost * C + (norm + lost) * shift) + U * (4 * C + 16 * norm) * C;
    } else {
      error = U * (2 * <f64>d + 16) * C * (norm + C) + 2 * (norm + C) * shift;
    }
    error += roundingOf(d, norm, C);
    // Written so that what is not a number counts as not calm.
    if (!(square < 1e36)) calm = false;
    store<f32>(squaresOf(base) + (r << 2), square);
    // What float32 cannot hold is decided strictly, all of it.
    store<f32>(errorsOf(base) + (r << 2), error < 1e37 ? <f32>(error * 1.000001 + 1e-37) : Infinity);
    out += pitch;
  }
  return calm;
}
