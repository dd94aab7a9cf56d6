import { ALL, cellFor, Cells, HEAD, LOWEST, ONE, PLACE, roomOf, STEP, WAITING } from './cells';
import { Plan } from './plan';
import { fma, select, swapHalves, swapPairs, U } from './simd';
import { strict, value } from './strict';

// @ts-ignore: decorator
@inline
function column(plan: Plan, row: i32, last: i32, j: usize): v128 {
  const d = <usize>plan.columns;
  const a = <usize>min(row, last) * d + j;
  const b = <usize>min(row + 1, last) * d + j;
  const c = <usize>min(row + 2, last) * d + j;
  const e = <usize>min(row + 3, last) * d + j;
  const m = load<f32>(plan.middle + (j << 2));
  if (plan.wide) {
    const middle = <f64>m;
    return f32x4(
      <f32>(value(plan, a) - middle),
      <f32>(value(plan, b) - middle),
      <f32>(value(plan, c) - middle),
      <f32>(value(plan, e) - middle),
    );
  }
  const x = v128.load32_zero(plan.values + (a << 2));
  const y = v128.load32_lane(plan.values + (b << 2), x, 1);
  const z = v128.load32_lane(plan.values + (c << 2), y, 2);
  return f32x4.sub(v128.load32_lane(plan.values + (e << 2), z, 3), f32x4.splat(m));
}

/** Four rows less the middle, a column each, to x, y and z of `at`; what lies past the last row means nothing. */
// @ts-ignore: decorator
@inline
function takeFour(plan: Plan, row: i32, last: i32, at: usize): void {
  const d = plan.columns;
  let x: v128, y = f32x4.splat(0), z = y;
  if (plan.wide) {
    x = column(plan, row, last, 0);
    if (d > 1) y = column(plan, row, last, 1);
    if (d > 2) z = column(plan, row, last, 2);
  } else {
    const p = plan.values + ((<usize>row * <usize>d) << 2);
    x = v128.load(p);
    if (d == 2) {
      const more = v128.load(p, 16);
      y = f32x4.sub(i32x4.shuffle(x, more, 1, 3, 5, 7), v128.load32_splat(plan.middle, 4));
      x = i32x4.shuffle(x, more, 0, 2, 4, 6);
    } else if (d > 2) {
      const more = v128.load(p, 16), most = v128.load(p, 32);
      y = i32x4.shuffle(i32x4.shuffle(x, more, 1, 4, 7, 7), most, 0, 1, 2, 6);
      z = i32x4.shuffle(i32x4.shuffle(x, more, 2, 5, 5, 5), most, 0, 1, 4, 7);
      x = i32x4.shuffle(i32x4.shuffle(x, more, 0, 3, 6, 6), most, 0, 1, 2, 5);
      y = f32x4.sub(y, v128.load32_splat(plan.middle, 4));
      z = f32x4.sub(z, v128.load32_splat(plan.middle, 8));
    }
    x = f32x4.sub(x, v128.load32_splat(plan.middle));
  }
  v128.store(at + STEP * 4, x);
  v128.store(at + STEP * 8, y);
  v128.store(at + STEP * 12, z);
}

// @ts-ignore: decorator
@inline
function along(at: usize, origin: v128, inverse: v128): v128 {
  return f32x4.mul(f32x4.sub(v128.load(at), origin), inverse);
}

// @ts-ignore: decorator
@inline
function within(t: v128, most: v128): v128 {
  return v128.and(f32x4.ge(t, f32x4.splat(0)), f32x4.lt(t, most));
}

/** The nearest centre of each of up to STEP rows, to `labels`. */
export function nearestByCells(plan: Plan, base: usize, row: i32, end: i32): void {
  const last = end - 1;
  const d = plan.columns;
  const cells = changetype<Cells>(plan.cells);
  const head = base + HEAD;
  for (let r = row; r < end; r += 4) takeFour(plan, r, last, head + (<usize>(r - row) << 2));
  if (!plan.cells) {
    for (let r = row; r < end; r++) {
      store<i32>(plan.labels + (<usize>r << 2), nearestOfAll(plan, r, head + (<usize>(r - row) << 2)));
    }
    return;
  }
  const lattice = cells.lattice;
  const bits = cells.bits;
  const most = f32x4.splat(<f32>(1 << bits));
  const outside = i32x4.splat(1 << (bits * d));
  for (let at = head; at < head + (<usize>(end - row) << 2); at += 16) {
    let t = along(at + STEP * 4, v128.load32_splat(lattice), v128.load32_splat(lattice, 12));
    let cell = i32x4.trunc_sat_f32x4_s(t);
    let inside = within(t, most);
    if (d > 1) {
      t = along(at + STEP * 8, v128.load32_splat(lattice, 4), v128.load32_splat(lattice, 16));
      cell = v128.or(cell, i32x4.shl(i32x4.trunc_sat_f32x4_s(t), bits));
      inside = v128.and(inside, within(t, most));
    }
    if (d > 2) {
      t = along(at + STEP * 12, v128.load32_splat(lattice, 8), v128.load32_splat(lattice, 20));
      cell = v128.or(cell, i32x4.shl(i32x4.trunc_sat_f32x4_s(t), bits << 1));
      inside = v128.and(inside, within(t, most));
    }
    v128.store(at, v128.bitselect(cell, outside, inside));
  }
  // What a row needs is not to be foreseen: rows are listed by it, without branches.
  let counts: u64 = 0;
  const labels = plan.labels + (<usize>row << 2);
  const total = end - row;
  for (let i = 0; i < total; i++) {
    const cell = load<u32>(head + (<usize>i << 2));
    let entry = atomic.load<u32>(cells.table + (<usize>cell << 2));
    if (!entry) entry = cellFor(plan, cells, base, cell);
    store<i32>(labels + (<usize>i << 2), entry & ~ONE);
    // How many wait stands in a byte for each number of fours; none of them counts as no fours.
    const fours = <usize>(entry & 7 & ~(<u32>(<i32>entry >> 31)));
    const place = <usize>((counts >> (<u64>fours << 3)) & 255);
    store<u64>(base + WAITING + fours * (STEP * 8) + (place << 3), (<u64>entry << 32) | <u64>i);
    counts += <u64>1 << (<u64>fours << 3);
  }
  for (let fours: usize = 1; fours < 8; fours++) {
    const count = <i32>((counts >> (<u64>fours << 3)) & 255);
    const list = base + WAITING + fours * (STEP * 8);
    if (fours == 1) for (let i = 0; i < count; i += 4) meetFew(plan, base, row, list + (<usize>i << 3), min(4, count - i), 64);
    else if (fours == 2) for (let i = 0; i < count; i += 4) meetFew(plan, base, row, list + (<usize>i << 3), min(4, count - i), 128);
    else for (let i = 0; i < count; i += 4) meetFew(plan, base, row, list + (<usize>i << 3), min(4, count - i), fours << 6);
  }
}

/** Squared distances of a row to the four centres at p. */
// @ts-ignore: decorator
@inline
function squares(x: v128, y: v128, z: v128, p: usize): v128 {
  const u = f32x4.sub(x, v128.load(p));
  const v = f32x4.sub(y, v128.load(p, 16));
  const w = f32x4.sub(z, v128.load(p, 32));
  return fma(u, u, fma(v, v, f32x4.mul(w, w)));
}

/** The second lowest squares that {@link meetList} found. */
let others: v128 = i32x4.splat(0);

/**
 * The lowest squares, a lane each, of a row that waits among the centres of its cell, `bytes` of them; their low bits are
 * their places.
 */
// @ts-ignore: decorator
@inline
function meetList(plan: Plan, base: usize, from: usize, bytes: usize): v128 {
  const at = base + HEAD + (<usize>load<u32>(from) << 2);
  const entry = load<u32>(from, 4);
  // What has too many centres to list reads others, and is not asked what came out.
  let p: usize = entry == ALL ? <usize>plan.packed : <usize>(entry >> 3) << 6;
  const x = v128.load32_splat(at + STEP * 4), y = v128.load32_splat(at + STEP * 8), z = v128.load32_splat(at + STEP * 12);
  const high = i32x4.splat(~PLACE);
  let best = v128.or(v128.and(squares(x, y, z, p), high), i32x4(0, 1, 2, 3));
  if (bytes == 64) return best;
  const square = v128.or(v128.and(squares(x, y, z, p + 64), high), i32x4(4, 5, 6, 7));
  let second = i32x4.max_s(square, best);
  best = i32x4.min_s(best, square);
  if (bytes > 128) {
    let place = i32x4(4, 5, 6, 7);
    for (const end = p + bytes - 128; p < end; p += 64) {
      place = i32x4.add(place, i32x4.splat(4));
      const further = v128.or(v128.and(squares(x, y, z, p + 128), high), place);
      second = i32x4.min_s(second, i32x4.max_s(further, best));
      best = i32x4.min_s(best, further);
    }
  }
  others = second;
  return best;
}

/** Four rows of a list meet the centres that their cells list, `bytes` of them each. */
// @ts-ignore: decorator
@inline
function meetFew(plan: Plan, base: usize, row: i32, waiting: usize, count: i32, bytes: usize): void {
  const cells = changetype<Cells>(plan.cells);
  const lowest = base + LOWEST;
  const last = waiting + (<usize>(count - 1) << 3);
  const high = i32x4.splat(~PLACE);
  const r1 = min(waiting + 8, last), r2 = min(waiting + 16, last), r3 = min(waiting + 24, last);
  const a = meetList(plan, base, waiting, bytes), a2 = others;
  const b = meetList(plan, base, r1, bytes), b2 = others;
  const c = meetList(plan, base, r2, bytes), c2 = others;
  const e = meetList(plan, base, r3, bytes), e2 = others;
  const best = lowestAcross(a, b, c, e);
  let second = next;
  if (bytes > 64) second = i32x4.min_s(second, lowestAcross(a2, b2, c2, e2));
  const slip = f32x4.splat(<f32>1.01e6 * cells.slip * cells.slip);
  const bar = fma(v128.and(best, high), f32x4.splat(<f32>1.0001), slip);
  const clear = i32x4.bitmask(f32x4.gt(v128.and(second, high), bar));
  v128.store(lowest, v128.and(best, i32x4.splat(PLACE)));
  for (let i = 0; i < count; i++) {
    const r = load<i32>(waiting + (<usize>i << 3));
    const entry = load<u32>(waiting + (<usize>i << 3), 4);
    const list = <usize>(entry >> 3) << 6;
    let label: i32;
    if (entry == ALL) {
      label = nearestOfAll(plan, row + r, base + HEAD + (<usize>r << 2));
    } else if (clear & (1 << i)) {
      const found = <usize>load<i32>(lowest + (<usize>i << 2));
      label = load<i32>(list + ((found >> 2) << 6) + ((found & 3) << 2), 48);
    } else {
      label = decide(plan, row + r, list, list + bytes);
    }
    store<i32>(plan.labels + (<usize>(row + r) << 2), label);
  }
}

/** The second lowest that {@link lowestAcross} found. */
let next: v128 = i32x4.splat(0);

/** The lowest of each of four vectors, in its lane. */
// @ts-ignore: decorator
@inline
function lowestAcross(a: v128, b: v128, c: v128, e: v128): v128 {
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), ce = i32x4.shuffle(c, e, 0, 4, 1, 5);
  const xy = i32x4.shuffle(a, b, 2, 6, 3, 7), zw = i32x4.shuffle(c, e, 2, 6, 3, 7);
  const p = i64x2.shuffle(ab, ce, 0, 2), q = i64x2.shuffle(ab, ce, 1, 3);
  const r = i64x2.shuffle(xy, zw, 0, 2), s = i64x2.shuffle(xy, zw, 1, 3);
  const left = i32x4.min_s(p, q), right = i32x4.min_s(r, s);
  next = i32x4.min_s(i32x4.min_s(i32x4.max_s(p, q), i32x4.max_s(r, s)), i32x4.max_s(left, right));
  return i32x4.min_s(left, right);
}

/** Strict argmin over a cell's centres, which stand in the order of their numbers. */
function decide(plan: Plan, row: i32, list: usize, end: usize): i32 {
  let nearest = Infinity;
  let label = -1;
  for (let p = list; p < end; p += 64) {
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const c = load<i32>(p + lane, 48);
      if (c < 0) break;
      const d2 = strict(plan, row, c);
      if (d2 >= nearest) continue;
      nearest = d2;
      label = c;
    }
  }
  return label;
}

/** A row meets all centres. */
function nearestOfAll(plan: Plan, row: i32, at: usize): i32 {
  const x = v128.load32_splat(at + STEP * 4), y = v128.load32_splat(at + STEP * 8), z = v128.load32_splat(at + STEP * 12);
  const room = roomOf(plan) << 2;
  const xs = plan.packed, ys = xs + room, zs = ys + room;
  const end = <usize>plan.tiles << 5;
  const four = i32x4.splat(4);
  let index = i32x4(0, 1, 2, 3), place = index;
  let best = f32x4.splat(Infinity), second = best;
  for (let j: usize = 0; j < end; j += 16) {
    const u = f32x4.sub(x, v128.load(xs + j));
    const v = f32x4.sub(y, v128.load(ys + j));
    const w = f32x4.sub(z, v128.load(zs + j));
    const square = fma(u, u, fma(v, v, f32x4.mul(w, w)));
    second = f32x4.pmin(second, f32x4.pmax(square, best));
    place = select(index, place, f32x4.lt(square, best));
    best = f32x4.pmin(best, square);
    index = i32x4.add(index, four);
  }
  let other = swapHalves(best);
  second = f32x4.pmin(f32x4.pmin(second, swapHalves(second)), f32x4.pmax(best, other));
  place = select(swapHalves(place), place, f32x4.lt(other, best));
  best = f32x4.pmin(best, other);
  other = swapPairs(best);
  second = f32x4.pmin(f32x4.pmin(second, swapPairs(second)), f32x4.pmax(best, other));
  place = select(swapPairs(place), place, f32x4.lt(other, best));
  best = f32x4.pmin(best, other);
  const length = abs<f32>(f32x4.extract_lane(x, 0)) + abs<f32>(f32x4.extract_lane(y, 0)) + abs<f32>(f32x4.extract_lane(z, 0));
  const slip = <f32>(U * 1.03) * (length + plan.centerNorm);
  const bar = f32x4.extract_lane(best, 0) * <f32>1.0001 + <f32>1.01e6 * slip * slip;
  // Centres that are not there stand at 1e18; what is not a number is decided strictly.
  if (f32x4.extract_lane(second, 0) > bar && bar < 1e34) return i32x4.extract_lane(place, 0);
  let nearest = Infinity;
  let label = 0;
  for (let c = 0; c < plan.k; c++) {
    const d2 = strict(plan, row, c);
    if (d2 >= nearest) continue;
    nearest = d2;
    label = c;
  }
  return label;
}
