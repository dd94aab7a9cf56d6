import { packedOf, roundingOf, screenedOf } from './block';
import { heldFour } from './held';
import { Plan } from './plan';
import { lengthsOfFew } from './predict';
import { fma, select, U } from './simd';
import { strict } from './strict';

/**
 * A screen for few columns, where packing a row would cost more than its products: float32 as it is, eight rows a time in
 * the lanes of two vectors, so that the lowest value of each is found without comparing lanes. Screened values are those
 * of tile.ts, [centre][8 rows].
 */

const ROWS = 8;
/** Beyond this, squares in float32 are not to be relied on. */
const HUGE: f32 = 1e36;

/** Four columns of a row less the middle, from column j on. */
// @ts-ignore: decorator
@inline
function columns(plan: Plan, row: usize, j: usize): v128 {
  const m = v128.load(plan.middle + (j << 2));
  const at = row * <usize>plan.columns + j;
  if (plan.bytes) return f32x4.sub(heldFour(plan, plan.bytes + at), m);
  if (!plan.wide) return f32x4.sub(v128.load(plan.values + (at << 2)), m);
  const p = plan.values + (at << 3);
  const low = f64x2.sub(v128.load(p), f64x2.promote_low_f32x4(m));
  const high = f64x2.sub(v128.load(p, 16), f64x2.promote_low_f32x4(i8x16.shuffle(m, m, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Four columns of four rows to out, where a column has 32 bytes. */
// @ts-ignore: decorator
@inline
function turn(a: v128, b: v128, c: v128, e: v128, out: usize): void {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), ce = i32x4.shuffle(c, e, 0, 4, 1, 5);
  const xy = i32x4.shuffle(a, b, 2, 6, 3, 7), zw = i32x4.shuffle(c, e, 2, 6, 3, 7);
  v128.store(out, i64x2.shuffle(ab, ce, 0, 2));
  v128.store(out, i64x2.shuffle(ab, ce, 1, 3), 32);
  v128.store(out, i64x2.shuffle(xy, zw, 0, 2), 64);
  v128.store(out, i64x2.shuffle(xy, zw, 1, 3), 96);
}

/** Four rows, those past the last one being the last one again. */
// @ts-ignore: decorator
@inline
function takeFour(plan: Plan, row: i32, last: i32, out: usize): void {
  const r0 = <usize>min(row, last), r1 = <usize>min(row + 1, last), r2 = <usize>min(row + 2, last), r3 = <usize>min(row + 3, last);
  const d = <usize>plan.columns;
  for (let j: usize = 0; ; j += 4) {
    // The last four columns may lie over some that were there before.
    const from = min(j, d - 4);
    turn(columns(plan, r0, from), columns(plan, r1, from), columns(plan, r2, from), columns(plan, r3, from), out + (from << 5));
    if (from + 4 == d) return;
  }
}

/** What a screened value is off by at most, for rows of these squared norms; infinite where float32 does not hold them. */
// @ts-ignore: decorator
@inline
function errorsOf(square: v128, least: f32, each: f32, rounding: f32): v128 {
  const norm = f32x4.mul(f32x4.sqrt(square), f32x4.splat(<f32>1.00002));
  const both = f32x4.add(norm, f32x4.splat(least));
  const error = f32x4.mul(both, fma(both, f32x4.splat(rounding), f32x4.splat(each)));
  // Written so that what is not a number is infinite.
  return v128.bitselect(error, f32x4.splat(Infinity), f32x4.lt(square, f32x4.splat(HUGE)));
}

// @ts-ignore: decorator
@inline
function barsOf(best: v128, error: v128): v128 {
  return f32x4.add(f32x4.add(best, f32x4.add(error, error)), f32x4.mul(f32x4.abs(best), f32x4.splat(<f32>1.3e-7)));
}

/**
 * The nearest centre of each of a block's rows, to `labels`. From 4 columns on; `packed` holds float32.
 * @returns whether all of their squares are numbers that float32 holds
 */
export function nearestByLanes(plan: Plan, base: usize, row: i32, end: i32): bool {
  const d = <usize>plan.columns;
  const C = <f64>plan.centerNorm;
  // See `pack`: the same bound, a little looser, for it is taken in float32.
  const each = <f32>((U * (2 * <f64>d + 16) * C + 2 * <f64>plan.centerError) * 1.00001) + <f32>1e-37;
  const rounding = <f32>(roundingOf(<i32>d, 1, 0) * 1.00001);
  const least = <f32>(C * 1.00001) + <f32>1e-18;
  const lines = packedOf(base, plan);
  const stop = lines + (d << 5);
  const values = screenedOf(base, plan);
  const last = end - 1;
  const one = i32x4.splat(1);
  let calm = true;
  for (let r = row; r < end; r += ROWS) {
    takeFour(plan, r, last, lines);
    takeFour(plan, r + 4, last, lines + 16);
    let p = f32x4.splat(0), q = p;
    for (let x = lines; x < stop; x += 32) {
      const u = v128.load(x), w = v128.load(x, 16);
      p = fma(u, u, p);
      q = fma(w, w, q);
    }
    let best0 = f32x4.splat(Infinity), best1 = best0, second0 = best0, second1 = best0;
    let place0 = i32x4.splat(0), place1 = place0, place = place0;
    for (let c = 0; c < plan.k; c += 4) {
      const at = plan.norms + (<usize>c << 2);
      let y = plan.packed + <usize>(c >> 3) * (d << 5) + (<usize>(c & 4) << 2);
      let a0 = v128.load32_splat(at), b0 = v128.load32_splat(at, 4), c0 = v128.load32_splat(at, 8), e0 = v128.load32_splat(at, 12);
      let a1 = a0, b1 = b0, c1 = c0, e1 = e0;
      for (let x = lines; x < stop; x += 32, y += 32) {
        const u = v128.load(x), w = v128.load(x, 16);
        let z = v128.load32_splat(y);
        a0 = fma(z, u, a0); a1 = fma(z, w, a1);
        z = v128.load32_splat(y, 4);
        b0 = fma(z, u, b0); b1 = fma(z, w, b1);
        z = v128.load32_splat(y, 8);
        c0 = fma(z, u, c0); c1 = fma(z, w, c1);
        z = v128.load32_splat(y, 12);
        e0 = fma(z, u, e0); e1 = fma(z, w, e1);
      }
      const out = values + (<usize>c << 5);
      v128.store(out, a0); v128.store(out, a1, 16);
      v128.store(out, b0, 32); v128.store(out, b1, 48);
      v128.store(out, c0, 64); v128.store(out, c1, 80);
      v128.store(out, e0, 96); v128.store(out, e1, 112);
      for (let v = out; v < out + 128; v += 32) {
        const u = v128.load(v), w = v128.load(v, 16);
        second0 = f32x4.pmin(second0, f32x4.pmax(u, best0));
        second1 = f32x4.pmin(second1, f32x4.pmax(w, best1));
        place0 = select(place, place0, f32x4.lt(u, best0));
        place1 = select(place, place1, f32x4.lt(w, best1));
        best0 = f32x4.pmin(best0, u);
        best1 = f32x4.pmin(best1, w);
        place = i32x4.add(place, one);
      }
    }
    const two = plan.runnerUps != 0;
    const bars0 = barsOf(two ? second0 : best0, errorsOf(p, least, each, rounding));
    const bars1 = barsOf(two ? second1 : best1, errorsOf(q, least, each, rounding));
    calm = calm && i32x4.all_true(v128.and(f32x4.lt(p, f32x4.splat(HUGE)), f32x4.lt(q, f32x4.splat(HUGE))));
    let near = ~(i32x4.bitmask(f32x4.gt(second0, bars0)) | (i32x4.bitmask(f32x4.gt(second1, bars1)) << 4)) & 255;
    const labels = plan.labels + (<usize>r << 2);
    if (r + ROWS <= end) {
      v128.store(labels, place0);
      v128.store(labels, place1, 16);
    } else {
      v128.store(lines, place0);
      v128.store(lines, place1, 16);
      memory.copy(labels, lines, <usize>(end - r) << 2);
      near &= (1 << (end - r)) - 1;
    }
    // Strict distances of the two nearest are wanted for every row.
    if (two) near = end - r < ROWS ? (1 << (end - r)) - 1 : 255;
    if (!near) continue;
    v128.store(lines, bars0);
    v128.store(lines, bars1, 16);
    for (; near; near &= near - 1) {
      const lane = <usize>ctz(near);
      if (two) lengthsOfFew(plan, r + <i32>lane, values + (lane << 2), load<f32>(lines + (lane << 2)));
      else decide(plan, r + <i32>lane, values + (lane << 2), load<f32>(lines + (lane << 2)), labels + (lane << 2));
    }
  }
  return calm;
}

/** Strict argmin over the centres whose screened value is at most the bar; the lowest number where they tie. */
function decide(plan: Plan, row: i32, values: usize, bar: f32, label: usize): void {
  let best = Infinity;
  for (let c = 0; c < plan.k; c++, values += 32) {
    // Written so that a value that is not a number stays in.
    if (load<f32>(values) > bar) continue;
    const d2 = strict(plan, row, c);
    if (d2 >= best) continue;
    best = d2;
    store<i32>(label, c);
  }
}
