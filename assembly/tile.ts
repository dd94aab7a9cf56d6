import { BLOCK, packedOf, packedPitch, scalesOf, screenedOf } from './block';
import { Plan } from './plan';
import { dot16, fma } from './simd';

/**
 * Screened values of a block's packed rows against tiles of 8 centres: screened[r][j] = |c_j|^2 - 2 x_r.c_j.
 * Tiles lie one after the other: [dimension][8 centres] of float32 holding -2c, or [pair of dimensions][8 centres][2] of
 * int16. Four rows go at a time, so `count` is rounded up to a multiple of 4; a tile stays in the first-level cache
 * while the rows pass.
 */
export function products(plan: Plan, base: usize, count: i32): void {
  const rows = packedOf(base, plan);
  const pitch = packedPitch(plan);
  const out = screenedOf(base, plan);
  if (plan.integer) products16(rows, pitch, scalesOf(base), out, count, plan.packed, plan.norms, plan.steps, plan.tiles);
  else products32(rows, pitch, out, count, plan.columns, plan.packed, plan.norms, plan.tiles);
}

/** The same of float32 rows of `d` columns; `norms` are what the sums begin from. */
export function products32(rows: usize, pitch: usize, to: usize, count: i32, d: i32, packed: usize, norms: usize, tiles: i32): void {
  const width = <usize>tiles << 5;
  for (let t: usize = 0; t < <usize>tiles; t++) {
    let row = rows;
    let out = to + (t << 5);
    const tile = packed + t * (<usize>d << 5);
    for (let r = 0; r < count; r += 4, row += pitch << 2, out += width << 2) {
      quad32(tile, d, norms + (t << 5), row, row + pitch, row + 2 * pitch, row + 3 * pitch, out, width);
    }
  }
}

/** Four float32 rows against a tile; what comes out lies `width` bytes apart, 8 values each. */
// @ts-ignore: decorator
@inline
export function quad32(c: usize, d: i32, norms: usize, p0: usize, p1: usize, p2: usize, p3: usize, out: usize, width: usize): void {
  let a0 = v128.load(norms), b0 = v128.load(norms, 16);
  let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
  let j = 1;
  for (; j < d; j += 2) {
    let c0 = v128.load(c), c1 = v128.load(c, 16);
    let s = v128.load32_splat(p0);
    a0 = fma(s, c0, a0); b0 = fma(s, c1, b0);
    s = v128.load32_splat(p1);
    a1 = fma(s, c0, a1); b1 = fma(s, c1, b1);
    s = v128.load32_splat(p2);
    a2 = fma(s, c0, a2); b2 = fma(s, c1, b2);
    s = v128.load32_splat(p3);
    a3 = fma(s, c0, a3); b3 = fma(s, c1, b3);
    c0 = v128.load(c, 32), c1 = v128.load(c, 48);
    s = v128.load32_splat(p0, 4);
    a0 = fma(s, c0, a0); b0 = fma(s, c1, b0);
    s = v128.load32_splat(p1, 4);
    a1 = fma(s, c0, a1); b1 = fma(s, c1, b1);
    s = v128.load32_splat(p2, 4);
    a2 = fma(s, c0, a2); b2 = fma(s, c1, b2);
    s = v128.load32_splat(p3, 4);
    a3 = fma(s, c0, a3); b3 = fma(s, c1, b3);
    p0 += 8; p1 += 8; p2 += 8; p3 += 8; c += 64;
  }
  if (j == d) {
    const c0 = v128.load(c), c1 = v128.load(c, 16);
    let s = v128.load32_splat(p0);
    a0 = fma(s, c0, a0); b0 = fma(s, c1, b0);
    s = v128.load32_splat(p1);
    a1 = fma(s, c0, a1); b1 = fma(s, c1, b1);
    s = v128.load32_splat(p2);
    a2 = fma(s, c0, a2); b2 = fma(s, c1, b2);
    s = v128.load32_splat(p3);
    a3 = fma(s, c0, a3); b3 = fma(s, c1, b3);
  }
  v128.store(out, a0); v128.store(out, b0, 16); out += width;
  v128.store(out, a1); v128.store(out, b1, 16); out += width;
  v128.store(out, a2); v128.store(out, b2, 16); out += width;
  v128.store(out, a3); v128.store(out, b3, 16);
}

// @ts-ignore: decorator
@inline
function finish(sum: v128, step: v128, norm: v128): v128 {
  return fma(f32x4.convert_i32x4_s(sum), step, norm);
}

/** Four int16 rows against a tile; what comes out goes to four places, 8 values each. */
// @ts-ignore: decorator
@inline
function quad(
  c: usize,
  quads: i32,
  s0: v128,
  s1: v128,
  n0: v128,
  n1: v128,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
): void {
  let a0 = i32x4.splat(0), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  for (let j = 0; j < quads; j++) {
    let c0 = v128.load(c), c1 = v128.load(c, 16);
    let s = v128.load32_splat(p0);
    a0 = dot16(s, c0, a0); b0 = dot16(s, c1, b0);
    s = v128.load32_splat(p1);
    a1 = dot16(s, c0, a1); b1 = dot16(s, c1, b1);
    s = v128.load32_splat(p2);
    a2 = dot16(s, c0, a2); b2 = dot16(s, c1, b2);
    s = v128.load32_splat(p3);
    a3 = dot16(s, c0, a3); b3 = dot16(s, c1, b3);
    c0 = v128.load(c, 32), c1 = v128.load(c, 48);
    s = v128.load32_splat(p0, 4);
    a0 = dot16(s, c0, a0); b0 = dot16(s, c1, b0);
    s = v128.load32_splat(p1, 4);
    a1 = dot16(s, c0, a1); b1 = dot16(s, c1, b1);
    s = v128.load32_splat(p2, 4);
    a2 = dot16(s, c0, a2); b2 = dot16(s, c1, b2);
    s = v128.load32_splat(p3, 4);
    a3 = dot16(s, c0, a3); b3 = dot16(s, c1, b3);
    p0 += 8; p1 += 8; p2 += 8; p3 += 8; c += 64;
  }
  v128.store(o0, finish(a0, f32x4.mul(w0, s0), n0));
  v128.store(o0, finish(b0, f32x4.mul(w0, s1), n1), 16);
  v128.store(o1, finish(a1, f32x4.mul(w1, s0), n0));
  v128.store(o1, finish(b1, f32x4.mul(w1, s1), n1), 16);
  v128.store(o2, finish(a2, f32x4.mul(w2, s0), n0));
  v128.store(o2, finish(b2, f32x4.mul(w2, s1), n1), 16);
  v128.store(o3, finish(a3, f32x4.mul(w3, s0), n0));
  v128.store(o3, finish(b3, f32x4.mul(w3, s1), n1), 16);
}

/** The same of int16 rows, each with its scale. */
export function products16(
  rows: usize,
  pitch: usize,
  scales: usize,
  to: usize,
  count: i32,
  packed: usize,
  norms: usize,
  steps: usize,
  tiles: i32,
): void {
  const width = <usize>tiles << 5;
  const quads = <i32>(pitch >> 3);
  for (let t: usize = 0; t < <usize>tiles; t++) {
    const n0 = v128.load(norms + (t << 5)), n1 = v128.load(norms + (t << 5), 16);
    const s0 = v128.load(steps + (t << 5)), s1 = v128.load(steps + (t << 5), 16);
    const tile = packed + t * (pitch << 3);
    let row = rows;
    let scale = scales;
    let out = to + (t << 5);
    for (let r = 0; r < count; r += 4, row += pitch << 2, scale += 16, out += width << 2) {
      const w0 = v128.load32_splat(scale), w1 = v128.load32_splat(scale, 4);
      const w2 = v128.load32_splat(scale, 8), w3 = v128.load32_splat(scale, 12);
      const p1 = row + pitch, p2 = p1 + pitch, p3 = p2 + pitch;
      const o1 = out + width, o2 = o1 + width, o3 = o2 + width;
      quad(tile, quads, s0, s1, n0, n1, row, p1, p2, p3, w0, w1, w2, w3, out, o1, o2, o3);
    }
  }
}

/** Of a block's packed rows those whose places are listed, uint8, against tile t alone. */
export function product16(plan: Plan, base: usize, t: usize, places: usize, count: i32): void {
  const pitch = packedPitch(plan);
  const quads = <i32>(pitch >> 3);
  const rows = packedOf(base, plan);
  const scales = scalesOf(base);
  const width = <usize>plan.tiles << 5;
  const out = screenedOf(base, plan) + (t << 5);
  const n0 = v128.load(plan.norms + (t << 5)), n1 = v128.load(plan.norms + (t << 5), 16);
  const s0 = v128.load(plan.steps + (t << 5)), s1 = v128.load(plan.steps + (t << 5), 16);
  const tile = plan.packed + t * (pitch << 3);
  const last = <usize>count - 1;
  for (let i: usize = 0; i <= last; i += 4) {
    const r0 = <usize>load<u8>(places + i);
    const r1 = <usize>load<u8>(places + min(i + 1, last));
    const r2 = <usize>load<u8>(places + min(i + 2, last));
    const r3 = <usize>load<u8>(places + min(i + 3, last));
    const w0 = v128.load32_splat(scales + (r0 << 2)), w1 = v128.load32_splat(scales + (r1 << 2));
    const w2 = v128.load32_splat(scales + (r2 << 2)), w3 = v128.load32_splat(scales + (r3 << 2));
    const p0 = rows + r0 * pitch, p1 = rows + r1 * pitch, p2 = rows + r2 * pitch, p3 = rows + r3 * pitch;
    const o0 = out + r0 * width, o1 = out + r1 * width, o2 = out + r2 * width, o3 = out + r3 * width;
    quad(tile, quads, s0, s1, n0, n1, p0, p1, p2, p3, w0, w1, w2, w3, o0, o1, o2, o3);
  }
}
