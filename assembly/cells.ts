import { winnow } from './boxes';
import { Plan } from './plan';
import { fma, select, swapHalves, swapPairs, U } from './simd';
import { strict, value } from './strict';

/**
 * Up to three columns: the space is cut into cells, and a cell knows the centres that may be nearest to any of its
 * points. Most have one; a row in such a cell is done by looking there. Cells are made when a first row needs them, from
 * what is left for the eight of them to a side that have a parent in common. Mirrored by `src/ml/kernels/wasm/cells.ts`.
 */
@unmanaged
export class Cells {
  /** uint32 a cell, 0 where it is not made yet, see {@link cellFor}. */
  table: usize;
  /** uint32 a parent: address of its list, 0 where it is not made yet. */
  parents: usize;
  /** There are 2^bits cells to a column. */
  bits: i32;
  /** Bytes of a thread's scratch. */
  bytes: i32;
  /** float32, 3 columns each: where the cells begin, cells a unit, units a cell, what rounding may add to half a cell. */
  lattice: usize;
  // float32 from here
  /** How far rounding may carry the distance between a centre and a row that lies in a cell. */
  slip: f32;
}

/** Cells to a side of a parent, as a power of two. */
const DOWN = 3;
/** A cell that has one centre holds its number and this. */
const ONE: u32 = 0x80000000;
/** A cell that has too many centres to list. */
const ALL: u32 = 0x7fffffff;
/** Most fours of centres that a cell lists. */
const FOURS: usize = 7;
/** Low bits of a squared distance that give way to the place of the centre in the list. */
const PLACE = 31;
/** Rows that are taken at a time. */
const STEP = 32;

/** Scratch of a thread: bytes of the pool in use · cells, x, y, z of some rows · two lists, squares, a box · pool. */
const HEAD: usize = 64;
const LISTS: usize = HEAD + STEP * 16;

// @ts-ignore: decorator
@inline
function roomOf(plan: Plan): usize {
  return <usize>(plan.tiles << 3) + 4;
}

// @ts-ignore: decorator
@inline
function poolOf(plan: Plan): usize {
  return (LISTS + roomOf(plan) * 36 + 64 + 63) & ~63;
}

/** Bytes of scratch before the pool. */
export function cellScratchBytes(tiles: i32): i32 {
  return <i32>((LISTS + <usize>(tiles * 8 + 4) * 36 + 64 + 63) & ~63);
}

/** Bytes of the record, for a check of its mirror. */
export function cellsBytes(): i32 {
  return offsetof<Cells>();
}

/** Room in this thread's pool, or 0. */
function take(plan: Plan, cells: Cells, base: usize, bytes: usize): usize {
  const used = <usize>load<u32>(base);
  const start = poolOf(plan) + used;
  const whole = (bytes + 63) & ~63;
  if (start + whole > <usize>cells.bytes) return 0;
  store<u32>(base, <u32>(used + whole));
  return base + start;
}

/** The box of `1 << grow` cells to a side, the first of them at x, y, z. */
function boxAt(cells: Cells, x: i32, y: i32, z: i32, grow: i32, box: usize): void {
  let square: f64 = 0;
  for (let j: usize = 0; j < 12; j += 4) {
    const first = j == 0 ? x : j == 4 ? y : z;
    const side = <f64>load<f32>(cells.lattice + j, 24);
    const half = side * 0.5 * <f64>(1 << grow);
    store<f32>(box + j, <f32>(<f64>load<f32>(cells.lattice + j) + side * <f64>first + half));
    const loose = half + <f64>load<f32>(cells.lattice + j, 36);
    store<f32>(box + j, <f32>(loose * 1.000001), 12);
    square += loose * loose;
  }
  store<f32>(box, <f32>(sqrt(square) * 1.000002), 24);
}

/** The list of a parent: its length, 16 bytes, then x, y, z and numbers as winnow reads them. 0 where there is no room. */
function parentFor(plan: Plan, cells: Cells, base: usize, x: i32, y: i32, z: i32): usize {
  const up = cells.bits - DOWN;
  const at = cells.parents + (<usize>((((z >> DOWN) << up) | (y >> DOWN)) << up | (x >> DOWN)) << 2);
  const known = atomic.load<u32>(at);
  if (known) return <usize>known;
  const room = roomOf(plan);
  const out = base + LISTS;
  const squares = out + (room << 5);
  const box = squares + (room << 2);
  boxAt(cells, x >> DOWN << DOWN, y >> DOWN << DOWN, z >> DOWN << DOWN, DOWN, box);
  const count = winnow(plan.packed, room, <usize>plan.k, box, cells.slip, out, squares);
  const length = ((count + 3) & ~3) << 2;
  const list = take(plan, cells, base, 16 + (length << 2));
  if (!list) return 0;
  store<u32>(list, <u32>count);
  for (let part: usize = 0; part < 4; part++) memory.copy(list + 16 + part * length, out + part * (room << 2), length);
  atomic.store<u32>(at, <u32>list);
  return list;
}

/** Makes a cell: the only centre and ONE, or the address of its fours and how many there are (64 bytes each), or ALL. */
function cellFor(plan: Plan, cells: Cells, base: usize, cell: u32): u32 {
  const bits = cells.bits;
  const side = (1 << bits) - 1;
  const x = cell & side;
  const y = (cell >> bits) & side;
  const z = cell >> (bits << 1);
  let entry = ALL;
  const parent = parentFor(plan, cells, base, x, y, z);
  if (parent) {
    const count = <usize>load<u32>(parent);
    const room = (count + 3) & ~3;
    const out = base + LISTS;
    const squares = out + (room << 4) + 16;
    const box = base + LISTS + roomOf(plan) * 36;
    boxAt(cells, x, y, z, 0, box);
    const found = winnow(parent + 16, room, count, box, cells.slip, out, squares);
    const fours = (found + 3) >> 2;
    if (found == 1) {
      entry = ONE | load<u32>(out + room * 12);
    } else if (fours <= FOURS) {
      const list = take(plan, cells, base, fours << 6);
      if (list) {
        for (let f: usize = 0; f < fours; f++) {
          for (let part: usize = 0; part < 4; part++) {
            v128.store(list + (f << 6) + (part << 4), v128.load(out + ((part * room) << 2) + (f << 4)));
          }
        }
        entry = (<u32>(list >> 6) << 3) | <u32>fours;
      }
    }
  }
  atomic.store<u32>(cells.table + (<usize>cell << 2), entry);
  return entry;
}

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

/** The nearest centre of each of up to 32 rows, to `labels`. */
export function nearestByCells(plan: Plan, base: usize, row: i32, end: i32): void {
  const last = end - 1;
  const d = plan.columns;
  const zero = f32x4.splat(0);
  const cells = changetype<Cells>(plan.cells);
  const head = base + HEAD;
  if (!plan.cells) {
    for (let r = row; r < end; r += 4) {
      const at = head + (<usize>(r - row) << 2);
      v128.store(at + STEP * 4, column(plan, r, last, 0));
      v128.store(at + STEP * 8, d > 1 ? column(plan, r, last, 1) : zero);
      v128.store(at + STEP * 12, d > 2 ? column(plan, r, last, 2) : zero);
    }
    for (let r = row; r < end; r++) {
      store<i32>(plan.labels + (<usize>r << 2), nearestOfAll(plan, r, head + (<usize>(r - row) << 2)));
    }
    return;
  }
  const lattice = cells.lattice;
  const bits = cells.bits;
  const most = f32x4.splat(<f32>(1 << bits));
  const ox = v128.load32_splat(lattice), oy = v128.load32_splat(lattice, 4), oz = v128.load32_splat(lattice, 8);
  const sx = v128.load32_splat(lattice, 12), sy = v128.load32_splat(lattice, 16), sz = v128.load32_splat(lattice, 20);
  for (let r = row; r < end; r += 4) {
    const at = head + (<usize>(r - row) << 2);
    const x = column(plan, r, last, 0);
    let t = f32x4.mul(f32x4.sub(x, ox), sx);
    let cell = i32x4.trunc_sat_f32x4_s(t);
    let inside = v128.and(f32x4.ge(t, zero), f32x4.lt(t, most));
    v128.store(at + STEP * 4, x);
    if (d > 1) {
      const y = column(plan, r, last, 1);
      t = f32x4.mul(f32x4.sub(y, oy), sy);
      cell = v128.or(cell, i32x4.shl(i32x4.trunc_sat_f32x4_s(t), bits));
      inside = v128.and(inside, v128.and(f32x4.ge(t, zero), f32x4.lt(t, most)));
      v128.store(at + STEP * 8, y);
      if (d > 2) {
        const z = column(plan, r, last, 2);
        t = f32x4.mul(f32x4.sub(z, oz), sz);
        cell = v128.or(cell, i32x4.shl(i32x4.trunc_sat_f32x4_s(t), bits << 1));
        inside = v128.and(inside, v128.and(f32x4.ge(t, zero), f32x4.lt(t, most)));
        v128.store(at + STEP * 12, z);
      } else {
        v128.store(at + STEP * 12, zero);
      }
    } else {
      v128.store(at + STEP * 8, zero);
      v128.store(at + STEP * 12, zero);
    }
    // Rows outside get a number that no cell has.
    v128.store(at, v128.or(cell, v128.not(inside)));
  }
  const table = cells.table;
  for (let r = row; r < end; r++) {
    const at = head + (<usize>(r - row) << 2);
    const cell = load<u32>(at);
    let label: i32;
    if (cell == 0xffffffff) {
      label = nearestOfAll(plan, r, at);
    } else {
      let entry = atomic.load<u32>(table + (<usize>cell << 2));
      if (!entry) entry = cellFor(plan, cells, base, cell);
      if (entry & ONE) label = entry & ~ONE;
      else label = entry == ALL ? nearestOfAll(plan, r, at) : nearestOfFew(plan, cells, r, at, entry);
    }
    store<i32>(plan.labels + (<usize>r << 2), label);
  }
}

/** A row meets the centres that its cell lists. */
// @ts-ignore: decorator
@inline
function nearestOfFew(plan: Plan, cells: Cells, row: i32, at: usize, entry: u32): i32 {
  const list = <usize>(entry >> 3) << 6;
  const end = list + (<usize>(entry & 7) << 6);
  const x = v128.load32_splat(at + STEP * 4), y = v128.load32_splat(at + STEP * 8), z = v128.load32_splat(at + STEP * 12);
  const high = i32x4.splat(~PLACE), four = i32x4.splat(4);
  let place = i32x4(0, 1, 2, 3);
  // Squares are not negative: they order as their bits do.
  let best = i32x4.splat(0x7fffffff), second = best;
  for (let p = list; p < end; p += 64) {
    const u = f32x4.sub(x, v128.load(p));
    const v = f32x4.sub(y, v128.load(p, 16));
    const w = f32x4.sub(z, v128.load(p, 32));
    const square = v128.or(v128.and(fma(u, u, fma(v, v, f32x4.mul(w, w))), high), place);
    second = i32x4.min_s(second, i32x4.max_s(square, best));
    best = i32x4.min_s(best, square);
    place = i32x4.add(place, four);
  }
  let other = swapHalves(best);
  second = i32x4.min_s(i32x4.min_s(second, swapHalves(second)), i32x4.max_s(best, other));
  best = i32x4.min_s(best, other);
  other = swapPairs(best);
  second = i32x4.min_s(i32x4.min_s(second, swapPairs(second)), i32x4.max_s(best, other));
  best = i32x4.min_s(best, other);
  const low = i32x4.extract_lane(best, 0);
  const bar = reinterpret<f32>(low & ~PLACE) * <f32>1.0001 + <f32>1.01e6 * cells.slip * cells.slip;
  if (reinterpret<f32>(i32x4.extract_lane(second, 0) & ~PLACE) > bar) {
    const found = <usize>(low & PLACE);
    return load<i32>(list + ((found >> 2) << 6) + ((found & 3) << 2), 48);
  }
  return decide(plan, row, list, end);
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
