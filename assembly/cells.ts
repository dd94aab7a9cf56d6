import { winnow } from './boxes';
import { Plan } from './plan';

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
export const ONE: u32 = 0x80000000;
/** A cell that has too many centres to list. */
export const ALL: u32 = 0x7fffffff;
/** Most fours of centres that a cell lists. */
const FOURS: usize = 7;
/** Low bits of a squared distance that give way to the place of the centre in the list. */
export const PLACE = 31;
/** Entries of the memo, as a power of two. */
const MEMO_BITS = 11;
/** Rows that are taken at a time. */
export const STEP = 128;

/**
 * Scratch of a thread: bytes of the pool in use · entries of some cells made before, by what they list ·
 * cells, x, y, z of some rows ·
 * waiting rows, entries of their cells, by the number of fours · lowest and second lowest squares of four of them · two lists,
 * squares, a box · pool. Of this, the first two and the pool outlast a call.
 */
const MEMO: usize = 64;
export const HEAD: usize = MEMO + (4 << MEMO_BITS);
export const WAITING: usize = HEAD + STEP * 16;
export const LOWEST: usize = WAITING + STEP * 64;
const LISTS: usize = LOWEST + 128;

// @ts-ignore: decorator
@inline
export function roomOf(plan: Plan): usize {
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

/**
 * The entry of a cell that lists what `out` does. Neighbours mostly list the same: a list is kept once, where the memo
 * still knows of it.
 */
function listFor(plan: Plan, cells: Cells, base: usize, out: usize, room: usize, fours: usize): u32 {
  const numbers = out + room * 12;
  let hash: u32 = 0;
  for (let i: usize = 0; i < fours << 4; i += 4) hash = (rotl<u32>(hash, 5) ^ load<u32>(numbers + i)) * 0x9e3779b1;
  const memo = base + MEMO + (<usize>(hash >> (32 - MEMO_BITS)) << 2);
  const known = load<u32>(memo);
  if ((known & 7) == <u32>fours) {
    let same = true;
    const at = (<usize>(known >> 3) << 6) + 48;
    for (let f: usize = 0; f < fours; f++) {
      if (!i32x4.all_true(i32x4.eq(v128.load(at + (f << 6)), v128.load(numbers + (f << 4))))) same = false;
    }
    if (same) return known;
  }
  const list = take(plan, cells, base, fours << 6);
  if (!list) return ALL;
  for (let f: usize = 0; f < fours; f++) {
    for (let part: usize = 0; part < 4; part++) {
      v128.store(list + (f << 6) + (part << 4), v128.load(out + ((part * room) << 2) + (f << 4)));
    }
  }
  const entry = (<u32>(list >> 6) << 3) | <u32>fours;
  store<u32>(memo, entry);
  return entry;
}

/** Makes a cell: the only centre and ONE, or the address of its fours and how many there are (64 bytes each), or ALL. */
export function cellFor(plan: Plan, cells: Cells, base: usize, cell: u32): u32 {
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
      entry = listFor(plan, cells, base, out, room, fours);
    }
  }
  atomic.store<u32>(cells.table + (<usize>cell << 2), entry);
  return entry;
}
