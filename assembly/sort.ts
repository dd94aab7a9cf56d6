import { Grid } from './grid';
import { PARTITIONS, partitionStart, Plan } from './plan';
import { value } from './strict';

/**
 * The rows of a table of up to three columns along a Morton curve: first all by the upper bits of their cells, which takes
 * them to their bucket; then each bucket by the lower bits, within the cache.
 */

/** Upper bits, by which all rows are sorted. */
const BITS = 11;
const BUCKETS = 1 << BITS;
/** Buckets that an item of {@link sortBuckets} takes. */
const GROUP = 32;

/** Bytes of scratch: a count of rows for each of the lower keys, which are as many at most. */
export function sortBytes(): i32 {
  return 4 * BUCKETS;
}

/** One more in a bucket. @returns how many there were, or where it was to go */
// @ts-ignore: decorator
@inline
function count(buckets: usize, bucket: u32): usize {
  const at = buckets + (<usize>bucket << 2);
  const before = load<u32>(at);
  store<u32>(at, before + 1);
  return <usize>before;
}

/** Phase, one a partition: the extent of its rows. */
export function extend(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const d = plan.columns;
  const from = partitionStart(plan.rows, p);
  const end = partitionStart(plan.rows, p + 1);
  const out = grid.extent + (<usize>(p * d) << 4);
  for (let j = 0; j < d; j++) {
    store<f64>(out + (<usize>j << 4), Infinity);
    store<f64>(out + (<usize>j << 4), -Infinity, 8);
  }
  let row = from;
  if (!plan.wide) {
    // Twelve values are whole rows, however many columns there are.
    const rows = 12 / d;
    let at = plan.values + (<usize>row * <usize>d << 2);
    let low0 = f32x4.splat(Infinity), low1 = low0, low2 = low0;
    let high0 = f32x4.splat(-Infinity), high1 = high0, high2 = high0;
    for (; row + rows <= end; row += rows, at += 48) {
      const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32);
      low0 = f32x4.pmin(low0, a);
      low1 = f32x4.pmin(low1, b);
      low2 = f32x4.pmin(low2, c);
      high0 = f32x4.pmax(high0, a);
      high1 = f32x4.pmax(high1, b);
      high2 = f32x4.pmax(high2, c);
    }
    v128.store(base, low0); v128.store(base, low1, 16); v128.store(base, low2, 32);
    v128.store(base, high0, 48); v128.store(base, high1, 64); v128.store(base, high2, 80);
    for (let i = 0; row > from && i < 12; i++) {
      widen(out + (<usize>(i % d) << 4), <f64>load<f32>(base + (<usize>i << 2)));
      widen(out + (<usize>(i % d) << 4), <f64>load<f32>(base + (<usize>i << 2), 48));
    }
  }
  for (; row < end; row++) {
    for (let j = 0; j < d; j++) widen(out + (<usize>j << 4), value(plan, <usize>row * <usize>d + <usize>j));
  }
}

// @ts-ignore: decorator
@inline
function widen(extent: usize, x: f64): void {
  if (x < load<f64>(extent)) store<f64>(extent, x);
  if (x > load<f64>(extent, 8)) store<f64>(extent, x, 8);
}

/** Every second, or every third, bit. */
// @ts-ignore: decorator
@inline
function spread2(x: v128): v128 {
  x = v128.and(v128.or(x, i32x4.shl(x, 8)), i32x4.splat(0x00ff00ff));
  x = v128.and(v128.or(x, i32x4.shl(x, 4)), i32x4.splat(0x0f0f0f0f));
  x = v128.and(v128.or(x, i32x4.shl(x, 2)), i32x4.splat(0x33333333));
  return v128.and(v128.or(x, i32x4.shl(x, 1)), i32x4.splat(0x55555555));
}

// @ts-ignore: decorator
@inline
function spread3(x: v128): v128 {
  x = v128.and(v128.or(x, i32x4.shl(x, 16)), i32x4.splat(0x030000ff));
  x = v128.and(v128.or(x, i32x4.shl(x, 8)), i32x4.splat(0x0300f00f));
  x = v128.and(v128.or(x, i32x4.shl(x, 4)), i32x4.splat(0x030c30c3));
  return v128.and(v128.or(x, i32x4.shl(x, 2)), i32x4.splat(0x09249249));
}

/** Cells of four values: `cells` holds where they begin, how many there are to a unit, and the last one. */
// @ts-ignore: decorator
@inline
function cellOf(x: v128, cells: usize): v128 {
  const cell = f32x4.mul(f32x4.sub(x, v128.load32_splat(cells)), v128.load32_splat(cells, 4));
  return i32x4.min_u(i32x4.trunc_sat_f32x4_u(cell), v128.load32_splat(cells, 8));
}

// @ts-ignore: decorator
@inline
function keyOf(d: i32, x: v128, y: v128, z: v128, cells: usize): v128 {
  const cx = cellOf(x, cells);
  if (d == 1) return cx;
  const cy = cellOf(y, cells + 16);
  if (d == 2) return v128.or(spread2(cx), i32x4.shl(spread2(cy), 1));
  return v128.or(v128.or(spread3(cx), i32x4.shl(spread3(cy), 1)), i32x4.shl(spread3(cellOf(z, cells + 32)), 2));
}

/** One column of four rows, less the middle. */
// @ts-ignore: decorator
@inline
function pointsOf(plan: Plan, row: usize, d: usize, j: usize): v128 {
  const middle = <f64>load<f32>(plan.middle + (j << 2));
  const at = row * d + j;
  const a = f64x2.replace_lane(f64x2.splat(value(plan, at) - middle), 1, value(plan, at + d) - middle);
  const b = f64x2.replace_lane(f64x2.splat(value(plan, at + 2 * d) - middle), 1, value(plan, at + 3 * d) - middle);
  return i8x16.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** Points of four rows. One instance is one thread's. */
let x4: v128 = f32x4.splat(0);
let y4: v128 = f32x4.splat(0);
let z4: v128 = f32x4.splat(0);

// @ts-ignore: decorator
@inline
function takeFour(plan: Plan, row: usize, exact: bool): void {
  const d = <usize>plan.columns;
  if (exact && d == 2) {
    const at = plan.values + (row << 3);
    const a = v128.load(at), b = v128.load(at, 16);
    x4 = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    y4 = i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
    return;
  }
  if (exact && d == 3) {
    const at = plan.values + row * 12;
    const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32);
    // x0 y0 z0 x1 | y1 z1 x2 y2 | z2 x3 y3 z3
    const xa = i8x16.shuffle(a, b, 0, 1, 2, 3, 12, 13, 14, 15, 24, 25, 26, 27, 0, 0, 0, 0);
    x4 = i8x16.shuffle(xa, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 22, 23);
    const ya = i8x16.shuffle(a, b, 4, 5, 6, 7, 16, 17, 18, 19, 28, 29, 30, 31, 0, 0, 0, 0);
    y4 = i8x16.shuffle(ya, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 24, 25, 26, 27);
    const za = i8x16.shuffle(a, b, 8, 9, 10, 11, 20, 21, 22, 23, 0, 0, 0, 0, 0, 0, 0, 0);
    z4 = i8x16.shuffle(za, c, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 28, 29, 30, 31);
    return;
  }
  x4 = pointsOf(plan, row, d, 0);
  if (d > 1) y4 = pointsOf(plan, row, d, 1);
  if (d > 2) z4 = pointsOf(plan, row, d, 2);
}

/**
 * Phase, one a partition: the keys of its rows, and how many of them fall into each bucket. Rows are taken in fours, the last
 * four once more where they do not come out even.
 */
export function keyRows(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const exact = grid.exact != 0;
  const d = plan.columns;
  const buckets = grid.buckets + <usize>p * BUCKETS * 4;
  memory.fill(buckets, 0, BUCKETS * 4);
  const start = partitionStart(plan.rows, p);
  const end = partitionStart(plan.rows, p + 1);
  for (let row = start; row < end; row += 4) {
    // A table has more than four rows; those of another partition's are not written.
    const first = max(0, min(row, plan.rows - 4));
    takeFour(plan, <usize>first, exact);
    const key = keyOf(d, x4, y4, z4, grid.cells);
    v128.store(base, key);
    for (let r = row; r < min(end, row + 4); r++) {
      const one = load<u32>(base + (<usize>(r - first) << 2));
      store<u32>(grid.order + (<usize>r << 2), one);
      count(buckets, one >> grid.shift);
    }
  }
}

/** Phase, one: where each partition's rows of a bucket begin. */
export function placeKeys(planAt: usize, item: i32, base: usize): void {
  const grid = changetype<Grid>(changetype<Plan>(planAt).grid);
  let sum: u32 = 0;
  for (let b: usize = 0; b < <usize>BUCKETS; b++) {
    for (let p: usize = 0; p < <usize>PARTITIONS; p++) {
      const at = grid.buckets + ((p * BUCKETS + b) << 2);
      const count = load<u32>(at);
      store<u32>(at, sum);
      sum += count;
    }
  }
}

/** Phase, one a partition: its rows to their buckets, and the lower bits of their keys. */
export function moveRows(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const buckets = grid.buckets + <usize>p * BUCKETS * 4;
  const shift = grid.shift;
  const lower: u32 = (1 << shift) - 1;
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const key = load<u32>(grid.order + (<usize>row << 2));
    const to = count(buckets, key >> shift);
    store<u32>(grid.order2 + (to << 2), row);
    store<u16>(grid.lowers + (to << 1), <u16>(key & lower));
  }
}

/** Phase, one a group of buckets: their rows by as many of the lower bits as tell them apart, over the keys. */
export function sortBuckets(planAt: usize, item: i32, base: usize): void {
  const grid = changetype<Grid>(changetype<Plan>(planAt).grid);
  // Each bucket of the last partition ends where the next one began.
  const ends = grid.buckets + <usize>(PARTITIONS - 1) * BUCKETS * 4;
  for (let b = item * GROUP; b < (item + 1) * GROUP; b++) {
    const from = b ? <usize>load<u32>(ends + (<usize>(b - 1) << 2)) : 0;
    const rows = <usize>load<u32>(ends + (<usize>b << 2)) - from;
    if (!rows) continue;
    const bits = max(0, min(grid.shift, 31 - <i32>clz(<u32>rows)));
    const down = grid.shift - bits;
    const old = grid.order2 + (from << 2);
    const order = grid.order + (from << 2);
    const lowers = grid.lowers + (from << 1);
    memory.fill(base, 0, <usize>4 << bits);
    for (let i: usize = 0; i < rows; i++) count(base, <u32>load<u16>(lowers + (i << 1)) >> down);
    let sum: u32 = 0;
    for (let at = base; at < base + (<usize>4 << bits); at += 4) {
      const here = load<u32>(at);
      store<u32>(at, sum);
      sum += here;
    }
    for (let i: usize = 0; i < rows; i++) {
      const to = count(base, <u32>load<u16>(lowers + (i << 1)) >> down);
      store<u32>(order + (to << 2), load<u32>(old + (i << 2)));
    }
  }
}
