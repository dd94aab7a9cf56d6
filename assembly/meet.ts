import { BLOCK, center, linePitch, packedOf, screenedOf } from './block';
import { Plan } from './plan';
import { fma } from './simd';
import { quad32 } from './tile';

/**
 * Screened values of up to 32 rows against 8 rows that may be chosen next, packed as one tile [dimension][8] of float32
 * holding -2c: v = norms[c] - 2 x.c, to screenedOf, 8 a row. Rows are read where they lie, or less the middle from scratch
 * memory where they are float64 or far from the origin.
 */
export function meetBlock(plan: Plan, base: usize, first: i32, count: i32, direct: i32, few: i32): void {
  let rows: usize;
  let pitch: usize;
  if (direct) {
    pitch = <usize>plan.columns << 2;
    rows = plan.values + <usize>first * pitch;
  } else {
    pitch = linePitch(plan);
    rows = packedOf(base, plan);
    for (let r = 0; r < count; r++) center(plan, first + r, rows + <usize>r * pitch);
  }
  const last = rows + <usize>(count - 1) * pitch;
  const out = screenedOf(base, plan);
  if (few) for (let r = 0; r < count; r += 8) meetFew(plan, rows + <usize>r * pitch, pitch, last, out + (<usize>r << 5));
  else for (let r = 0; r < count; r += 4) meetMany(plan, rows + <usize>r * pitch, pitch, last, out + (<usize>r << 5));
}

/** Four rows and all 8 lanes. Rows past the last one are the last one again. */
function meetMany(plan: Plan, p0: usize, pitch: usize, last: usize, out: usize): void {
  const p1 = min(p0 + pitch, last);
  const p2 = min(p1 + pitch, last);
  const p3 = min(p2 + pitch, last);
  quad32(plan.packed, plan.columns, plan.norms, p0, p1, p2, p3, out, 32);
}

/** Eight rows and the first 4 lanes; the others are out of reach. */
function meetFew(plan: Plan, p0: usize, pitch: usize, last: usize, out: usize): void {
  let p1 = min(p0 + pitch, last);
  let p2 = min(p1 + pitch, last);
  let p3 = min(p2 + pitch, last);
  let p4 = min(p3 + pitch, last);
  let p5 = min(p4 + pitch, last);
  let p6 = min(p5 + pitch, last);
  let p7 = min(p6 + pitch, last);
  let c = plan.packed;
  let a0 = v128.load(plan.norms);
  let a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  for (let j = plan.columns; j > 0; j--) {
    const c0 = v128.load(c);
    a0 = fma(v128.load32_splat(p0), c0, a0);
    a1 = fma(v128.load32_splat(p1), c0, a1);
    a2 = fma(v128.load32_splat(p2), c0, a2);
    a3 = fma(v128.load32_splat(p3), c0, a3);
    a4 = fma(v128.load32_splat(p4), c0, a4);
    a5 = fma(v128.load32_splat(p5), c0, a5);
    a6 = fma(v128.load32_splat(p6), c0, a6);
    a7 = fma(v128.load32_splat(p7), c0, a7);
    p0 += 4; p1 += 4; p2 += 4; p3 += 4; p4 += 4; p5 += 4; p6 += 4; p7 += 4;
    c += 32;
  }
  const far = v128.load(plan.norms, 16);
  v128.store(out, a0); v128.store(out, far, 16);
  v128.store(out, a1, 32); v128.store(out, far, 48);
  v128.store(out, a2, 64); v128.store(out, far, 80);
  v128.store(out, a3, 96); v128.store(out, far, 112);
  v128.store(out, a4, 128); v128.store(out, far, 144);
  v128.store(out, a5, 160); v128.store(out, far, 176);
  v128.store(out, a6, 192); v128.store(out, far, 208);
  v128.store(out, a7, 224); v128.store(out, far, 240);
}
