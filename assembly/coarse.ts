import { center, errorsOf, failedOf, formerOf, lineOf, numbersOf, packedOf, roundingOf, scalesOf, screenedOf, squaresOf } from './block';
import { measureAll, measureFrom } from './distance';
import { Plan } from './plan';
import { barOf, decide, low, lowestTwo, place, second } from './screen';
import { dot8, fma, max4, sum4, U } from './simd';
import { strict } from './strict';

/**
 * A first screen for many columns, in 8 bits: rows as 7-bit integers, centres as 8-bit ones, in tiles
 * [four dimensions][8 centres][4]. Rows are taken less the middle, their integers around 64; or, where hardly a value is
 * negative (pixels, counts), as they lie, from 0 on: x.z with centres z less the middle m, and m.z beforehand. Sixteen multiplications an operation, twice what 16 bits give, at errors a hundred
 * times theirs: what is left over, often a few centres, is measured in float32 and decided strictly.
 */

/** Largest integers. A product of two sums up to less than 2^31 over the columns that this is used for. */
const ROW_REACH: f32 = 63;
const PLAIN_REACH: f32 = 127;
const CENTER_REACH: f64 = 127;
/** 1.5 x 2^23: adding it leaves the nearest integer in the low bits of a float32; plus 64, it makes 7-bit ones of all. */
const PLAIN_MAGIC: f32 = 12582912;
const MAGIC: f32 = PLAIN_MAGIC + 64;
/** Most centres that are listed; with more left, all of those are decided strictly. */
const LISTED: usize = 512;
/** Beyond this, squares in float32 are not to be relied on. */
const HUGE: f32 = 1e36;

/** float32 a row of the block: twice what packing took off it, and twice its norm, as far as errors go. */
// @ts-ignore: decorator
@inline
function lossesOf(base: usize): usize {
  return squaresOf(base);
}
// @ts-ignore: decorator
@inline
function normsOf(base: usize): usize {
  return numbersOf(base);
}

/**
 * Columns are packed in groups of eight, those alone that tell centres apart: elsewhere all of these lie so near the
 * middle that they pack to nothing. What a row loses there costs it nothing, what a centre does is in its loss.
 */
const GROUP: usize = 8;

// @ts-ignore: decorator
@inline
function pitchOf(plan: Plan): usize {
  return <usize>plan.coarseWidth;
}

/** Phase, one a tile: packs 8 centres. */
export function packCoarse(planAt: usize, t: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const bytes = pitchOf(plan) << 3;
  const tile = plan.coarse + <usize>t * bytes;
  const groups = plan.coarseGroups;
  const stop = groups + (pitchOf(plan) >> 1);
  memory.fill(tile, 0, bytes);
  for (let lane: usize = 0; lane < 8; lane++) {
    const c = (<usize>t << 3) + lane;
    let total = 0;
    let stored: f32 = 0;
    let lost: f64 = 0;
    let square: f64 = 0;
    let start: f64 = 0;
    if (c < <usize>plan.k) {
      const center = plan.centers + ((c * d) << 3);
      let most: f64 = 0;
      for (let j: usize = 0; j < d; j++) {
        most = max(most, abs(load<f64>(center + (j << 3)) - <f64>load<f32>(plan.middle + (j << 2))));
      }
      const step = most / CENTER_REACH;
      const inverse = step > 1e-30 ? 1 / step : 0;
      if (inverse > 0) stored = <f32>(-2 * step);
      let group = groups;
      // Where the columns of the group go, if they go anywhere.
      let packed: usize = 0;
      for (let j: usize = 0; j < d; j++) {
        const y = load<f64>(center + (j << 3)) - <f64>load<f32>(plan.middle + (j << 2));
        if (!(j & (GROUP - 1))) {
          packed = group < stop && <usize>load<u32>(group) == j << 2 ? tile + ((group - groups) << 4) : 0;
          if (packed) group += 4;
        }
        let q: f64 = 0;
        if (packed) {
          q = nearest(y * inverse);
          store<i8>(packed + ((j & 4) << 3) + (lane << 2) + (j & 3), <i8><i32>q);
          total += <i32>q;
        }
        const e = y - q * (<f64>stored * -0.5);
        lost += e * e;
        square += y * y;
        start += y * (plan.coarsePlain ? y + 2 * <f64>load<f32>(plan.middle + (j << 2)) : y);
      }
    }
    store<f32>(plan.coarseNorms + (c << 2), c < <usize>plan.k ? <f32>start : f32.MAX_VALUE);
    store<i32>(plan.coarseStarts + (c << 2), plan.coarsePlain ? 0 : -64 * total);
    store<f32>(plan.coarseSteps + (c << 2), stored);
    store<f32>(plan.coarseLengths + (c << 2), <f32>(sqrt(square) * 1.000001));
    store<f32>(plan.coarseLosses + (c << 2), <f32>(sqrt(lost) * 1.000001 + 1e-30));
  }
}

/** The integers, from 0 to 127, that two vectors hold in their low bits. */
// @ts-ignore: decorator
@inline
function integersOf(a: v128, b: v128): v128 {
  const low = i32x4.splat(127);
  return i16x8.narrow_i32x4_s(v128.and(a, low), v128.and(b, low));
}

/**
 * The packed groups of line x inverse in 8 bits, plus 64 unless the row is taken as it lies.
 * @param group offsets of the groups in the line, up to `stop`
 * @returns the square of what that takes off, about
 */
// @ts-ignore: decorator
@inline
function quantise(line: usize, group: usize, stop: usize, inverse: f32, step: f32, plain: bool, out: usize): f32 {
  const scale = f32x4.splat(inverse);
  const magic = f32x4.splat(plain ? PLAIN_MAGIC : MAGIC);
  const minus = f32x4.splat(-step);
  let lost = f32x4.splat(0), more = lost;
  for (; group < stop; group += 8) {
    // Lines are padded with zeros to a multiple of 8.
    const p = line + <usize>load<u32>(group), q = line + <usize>load<u32>(group, 4);
    const x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(q), x3 = v128.load(q, 16);
    let a = fma(x0, scale, magic), b = fma(x1, scale, magic), c = fma(x2, scale, magic), e = fma(x3, scale, magic);
    if (plain) {
      // What is negative becomes 0.
      a = f32x4.pmax(magic, a);
      b = f32x4.pmax(magic, b);
      c = f32x4.pmax(magic, c);
      e = f32x4.pmax(magic, e);
    }
    let r = fma(f32x4.sub(a, magic), minus, x0);
    lost = fma(r, r, lost);
    r = fma(f32x4.sub(b, magic), minus, x1);
    more = fma(r, r, more);
    r = fma(f32x4.sub(c, magic), minus, x2);
    lost = fma(r, r, lost);
    r = fma(f32x4.sub(e, magic), minus, x3);
    more = fma(r, r, more);
    v128.store(out, i8x16.narrow_i16x8_u(integersOf(a, b), integersOf(c, e)));
    out += 16;
  }
  return sum4(f32x4.add(lost, more));
}

// @ts-ignore: decorator
@inline
function largestOf(line: usize, columns: i32): f32 {
  let most = f32x4.splat(0);
  for (const end = line + (((<usize>columns + 7) & ~7) << 2); line < end; line += 16) {
    most = f32x4.pmax(most, f32x4.abs(v128.load(line)));
  }
  return max4(most);
}

/** What {@link lookAt} found: the largest value of a row, 0 where it has no positive one, and its squared norm. */
let greatest: f32 = 0;
let squared: f32 = 0;

/** A row of a multiple of 8 columns as it lies. */
// @ts-ignore: decorator
@inline
function lookAt(line: usize, columns: i32): void {
  let a = f32x4.splat(0), b = a, p = a, q = a;
  for (const end = line + (<usize>columns << 2); line < end; line += 32) {
    const x = v128.load(line), y = v128.load(line, 16);
    a = f32x4.pmax(a, x);
    b = f32x4.pmax(b, y);
    p = fma(x, x, p);
    q = fma(y, y, q);
  }
  greatest = max4(f32x4.pmax(a, b));
  squared = sum4(f32x4.add(p, q));
}

/**
 * Packs rows, with what bounds the screen's error, see docs/engine.md.
 * @returns whether all of their squares are numbers that float32 holds
 */
export function packRows8(plan: Plan, base: usize, row: i32, count: i32): bool {
  const d = plan.columns;
  const C = <f64>plan.centerNorm;
  const inexact = 1 + (<f64>d + 16) * U;
  const last = row + count - 1;
  const groups = plan.coarseGroups;
  const stop = groups + (pitchOf(plan) >> 1);
  let out = packedOf(base, plan);
  let calm = true;
  for (let r = 0; r < ((count + 3) & ~3); r++) {
    const number = min(row + r, last);
    let line: usize;
    let step: f32;
    if (plan.coarsePlain) {
      line = plan.values + <usize>number * (<usize>d << 2);
      lookAt(line, d);
      step = greatest > 1e-18 && greatest < 1e18 ? greatest / PLAIN_REACH : 0;
    } else {
      line = lineOf(base);
      squared = center(plan, number, line);
      const most = largestOf(line, d);
      step = most > 1e-18 && most < 1e18 ? most / ROW_REACH : 0;
    }
    // Written so that what is not a number counts as not calm.
    if (!(squared < HUGE)) calm = false;
    const norm = sqrt(<f64>squared) * inexact + 1e-22;
    const inverse = step > 0 ? <f32>1 / step : 0;
    const left = plan.coarsePlain
      ? quantise(line, groups, stop, inverse, step, true, out)
      : quantise(line, groups, stop, inverse, step, false, out);
    const lost = sqrt(<f64>left) * inexact + 4 * U * norm + 1e-30;
    const blur = U * (4 * C + 16 * norm + 8 * <f64>plan.coarseAway) * C + roundingOf(d, norm + <f64>plan.coarseAway, C);
    const whole = 2 * (norm + lost) * C + blur < 1e37;
    const at = <usize>r << 2;
    store<f32>(scalesOf(base) + at, step);
    store<f32>(lossesOf(base) + at, whole ? <f32>(2.000002 * lost) : 0);
    store<f32>(normsOf(base) + at, whole ? <f32>(2.000002 * (norm + lost)) : 0);
    store<f32>(errorsOf(base) + at, whole ? <f32>(blur * 1.000001 + 1e-37) : Infinity);
    out += pitchOf(plan);
  }
  return calm;
}

/** Screened values as in tile.ts, from 8 bits, less what they may be off by: no distance is below them. */
export function products8(plan: Plan, base: usize, count: i32): void {
  const pitch = pitchOf(plan);
  const width = <usize>plan.tiles << 5;
  for (let t: usize = 0; t < <usize>plan.tiles; t++) {
    const lanes = t << 5;
    const starts = plan.coarseStarts + lanes;
    const tile = plan.coarse + t * (pitch << 3);
    let row = packedOf(base, plan);
    let out = screenedOf(base, plan) + lanes;
    if (plan.k - <i32>(t << 3) <= 4) {
      productsOfFew(plan, base, count, lanes, tile, row, out);
      break;
    }
    for (let r: usize = 0; r < <usize>count; r += 4) {
      let p0 = row;
      let p1 = p0 + pitch;
      let p2 = p1 + pitch;
      let p3 = p2 + pitch;
      row = p3 + pitch;
      let c = tile;
      // What the loop does not need is loaded before or after it: the sums must stay in registers.
      let a0 = v128.load(starts), b0 = v128.load(starts, 16);
      let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
      for (const end = p1; p0 < end; p0 += 8, p1 += 8, p2 += 8, p3 += 8, c += 64) {
        let c0 = v128.load(c), c1 = v128.load(c, 16);
        let s = v128.load32_splat(p0);
        a0 = dot8(c0, s, a0); b0 = dot8(c1, s, b0);
        s = v128.load32_splat(p1);
        a1 = dot8(c0, s, a1); b1 = dot8(c1, s, b1);
        s = v128.load32_splat(p2);
        a2 = dot8(c0, s, a2); b2 = dot8(c1, s, b2);
        s = v128.load32_splat(p3);
        a3 = dot8(c0, s, a3); b3 = dot8(c1, s, b3);
        c0 = v128.load(c, 32), c1 = v128.load(c, 48);
        s = v128.load32_splat(p0, 4);
        a0 = dot8(c0, s, a0); b0 = dot8(c1, s, b0);
        s = v128.load32_splat(p1, 4);
        a1 = dot8(c0, s, a1); b1 = dot8(c1, s, b1);
        s = v128.load32_splat(p2, 4);
        a2 = dot8(c0, s, a2); b2 = dot8(c1, s, b2);
        s = v128.load32_splat(p3, 4);
        a3 = dot8(c0, s, a3); b3 = dot8(c1, s, b3);
      }
      finish(plan, base, r, lanes, a0, b0, out);
      finish(plan, base, r + 1, lanes, a1, b1, out + width);
      finish(plan, base, r + 2, lanes, a2, b2, out + 2 * width);
      finish(plan, base, r + 3, lanes, a3, b3, out + 3 * width);
      out += width << 2;
    }
  }
}

/** The same of a last tile that holds up to four centres. */
// @ts-ignore: decorator
@inline
function productsOfFew(plan: Plan, base: usize, count: i32, lanes: usize, tile: usize, row: usize, out: usize): void {
  const pitch = pitchOf(plan);
  const width = <usize>plan.tiles << 5;
  const none = f32x4.splat(f32.MAX_VALUE);
  for (let r: usize = 0; r < <usize>count; r += 4) {
    let p0 = row;
    let p1 = p0 + pitch;
    let p2 = p1 + pitch;
    let p3 = p2 + pitch;
    row = p3 + pitch;
    let c = tile;
    let a0 = v128.load(plan.coarseStarts + lanes), a1 = a0, a2 = a0, a3 = a0;
    let b0 = i32x4.splat(0), b1 = b0, b2 = b0, b3 = b0;
    for (const end = p1; p0 < end; p0 += 8, p1 += 8, p2 += 8, p3 += 8, c += 64) {
      const c0 = v128.load(c), c1 = v128.load(c, 32);
      a0 = dot8(c0, v128.load32_splat(p0), a0); b0 = dot8(c1, v128.load32_splat(p0, 4), b0);
      a1 = dot8(c0, v128.load32_splat(p1), a1); b1 = dot8(c1, v128.load32_splat(p1, 4), b1);
      a2 = dot8(c0, v128.load32_splat(p2), a2); b2 = dot8(c1, v128.load32_splat(p2, 4), b2);
      a3 = dot8(c0, v128.load32_splat(p3), a3); b3 = dot8(c1, v128.load32_splat(p3, 4), b3);
    }
    finishFour(plan, base, r, lanes, i32x4.add(a0, b0), out);
    finishFour(plan, base, r + 1, lanes, i32x4.add(a1, b1), out + width);
    finishFour(plan, base, r + 2, lanes, i32x4.add(a2, b2), out + 2 * width);
    finishFour(plan, base, r + 3, lanes, i32x4.add(a3, b3), out + 3 * width);
    for (let i: usize = 0; i < 4; i++, out += width) v128.store(out, none, 16);
  }
}

/** What a row's screened value may be off by, for two times four centres' lengths and losses. */
// @ts-ignore: decorator
@inline
function finish(plan: Plan, base: usize, r: usize, lanes: usize, a: v128, b: v128, out: usize): void {
  const at = r << 2;
  const w = v128.load32_splat(scalesOf(base) + at);
  const lost = v128.load32_splat(lossesOf(base) + at), norm = v128.load32_splat(normsOf(base) + at);
  const blur = v128.load32_splat(errorsOf(base) + at);
  const lengths = plan.coarseLengths + lanes, losses = plan.coarseLosses + lanes;
  const steps = plan.coarseSteps + lanes, norms = plan.coarseNorms + lanes;
  const u = fma(f32x4.convert_i32x4_s(a), f32x4.mul(w, v128.load(steps)), v128.load(norms));
  const v = fma(f32x4.convert_i32x4_s(b), f32x4.mul(w, v128.load(steps, 16)), v128.load(norms, 16));
  v128.store(out, f32x4.sub(u, fma(lost, v128.load(lengths), fma(norm, v128.load(losses), blur))));
  v128.store(out, f32x4.sub(v, fma(lost, v128.load(lengths, 16), fma(norm, v128.load(losses, 16), blur))), 16);
}

/** The same for four. */
// @ts-ignore: decorator
@inline
function finishFour(plan: Plan, base: usize, r: usize, lanes: usize, a: v128, out: usize): void {
  const at = r << 2;
  const w = v128.load32_splat(scalesOf(base) + at);
  const lost = v128.load32_splat(lossesOf(base) + at), norm = v128.load32_splat(normsOf(base) + at);
  const blur = v128.load32_splat(errorsOf(base) + at);
  const lengths = plan.coarseLengths + lanes, losses = plan.coarseLosses + lanes;
  const steps = plan.coarseSteps + lanes, norms = plan.coarseNorms + lanes;
  const u = fma(f32x4.convert_i32x4_s(a), f32x4.mul(w, v128.load(steps)), v128.load(norms));
  v128.store(out, f32x4.sub(u, fma(lost, v128.load(lengths), fma(norm, v128.load(losses), blur))));
}

/** At least as far above the screened value of centre c as any distance is. */
function barAt(plan: Plan, base: usize, r: i32, value: f32, c: i32): f32 {
  const at = <usize>r << 2;
  const lane = <usize>c << 2;
  const length = load<f32>(plan.coarseLengths + lane), loss = load<f32>(plan.coarseLosses + lane);
  const error = load<f32>(lossesOf(base) + at) * length + load<f32>(normsOf(base) + at) * loss + load<f32>(errorsOf(base) + at);
  return barOf(value, error * <f32>1.000001);
}

/** How many centres the screen left to the rows asked for, those alone with one left out. One instance is one thread's. */
export let leftOver: i32 = 0;

export function beginCount(): void {
  leftOver = 0;
}

/** The nearest centre of a block's row r, number `row`. */
export function nearestOf8(plan: Plan, base: usize, r: i32, row: i32): i32 {
  const tiles = plan.tiles;
  const values = screenedOf(base, plan) + <usize>r * (<usize>tiles << 5);
  lowestTwo(values, tiles);
  const bar = barAt(plan, base, r, low, place);
  if (second > bar) return place;
  const limit = f32x4.splat(bar);
  const list = failedOf(base);
  const nears = formerOf(base);
  let count: usize = 0;
  for (let t = 0; t < tiles; t++) {
    const p = values + (<usize>t << 5);
    // Written so that a value that is not a number stays in.
    const out = i32x4.bitmask(f32x4.gt(v128.load(p), limit)) | (i32x4.bitmask(f32x4.gt(v128.load(p, 16), limit)) << 4);
    for (let mask = ~out & 255; mask; mask &= mask - 1) {
      const c = (t << 3) + ctz(mask);
      if (c >= plan.k) break;
      if (count < LISTED) store<i32>(list + (count << 2), c);
      count++;
    }
  }
  leftOver += <i32>count;
  if (count > LISTED) return decide(plan, values, tiles, bar, row);
  measureFrom(plan, base, row);
  const most = measureAll(plan, list, count, nears);
  let label = -1;
  let others = 0;
  for (let i: usize = 0; i < count; i++) {
    // Written so that what is not a number stays in.
    if (load<f64>(nears + (i << 3)) > most) continue;
    const c = load<i32>(list + (i << 2));
    store<i32>(list + (<usize>others << 2), c);
    others++;
    label = c;
  }
  if (others == 1) return label;
  let best = Infinity;
  for (let i = 0; i < others; i++) {
    const c = load<i32>(list + (<usize>i << 2));
    const d2 = strict(plan, row, c);
    if (d2 >= best) continue;
    best = d2;
    label = c;
  }
  return label;
}
