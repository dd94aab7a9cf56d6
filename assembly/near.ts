import { strictFour, strictHigh, strictLow } from './four';
import { BLOCKS, Grid } from './grid';
import { Plan } from './plan';
import { Seed } from './seed';
import { fma, up } from './simd';

/**
 * Seeding with few columns and without weights, by the blocks of the grid. One whose rows are all closer to what was chosen
 * than its box is to a candidate has nothing to do with it; the other blocks meet the candidates that are left. Distances are
 * between values less the middle in float32: a length is off by at most `slip` and 1e-6 of itself.
 */

/** Phase, one a run of blocks: what `closest` says. */
export function nearTake(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const seed = changetype<Seed>(plan.output);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    const first = <usize>block << 5;
    for (let place = first; place < first + 32; place++) {
      const row = <usize>rowAt(plan, grid, place);
      store<f32>(seed.near + (place << 2), up(load<f64>(seed.closest + (row << 3))));
    }
    takeMost(seed, block);
  }
}

/** 16 bytes a candidate are read past the end of what is used: lanes that are not there are infinitely far. */
// @ts-ignore: decorator
@inline
function coordinate(plan: Plan, j: i32, half: usize): v128 {
  if (j >= plan.columns) return f32x4.splat(0);
  return f32x4.mul(f32x4.splat(-0.5), v128.load(plan.packed + (<usize>j << 5) + half));
}

/** What lies between a coordinate of the candidates and a box's side, squared. */
// @ts-ignore: decorator
@inline
function gap2(x: v128, center: usize): v128 {
  const away = f32x4.sub(f32x4.abs(f32x4.sub(x, v128.load32_splat(center))), v128.load32_splat(center, 12));
  const gap = f32x4.pmax(f32x4.splat(0), away);
  return f32x4.mul(gap, gap);
}

/** Phase, one a run of blocks: they meet the candidates. `results` get 8 gains and 8 bounds on their error an item. */
export function nearMeet(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const seed = changetype<Seed>(plan.output);
  const d = plan.columns;
  const used = (1 << seed.count) - 1;
  const xa = coordinate(plan, 0, 0), xb = coordinate(plan, 0, 16);
  const ya = coordinate(plan, 1, 0), yb = coordinate(plan, 1, 16);
  const za = coordinate(plan, 2, 0), zb = coordinate(plan, 2, 16);
  const out = seed.results + (<usize>item << 7);
  memory.fill(out, 0, 128);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    const box = grid.boxes + (<usize>block << 5);
    const most = load<f32>(seed.most + (<usize>block << 2));
    const reach = sqrt<f32>(most) * <f32>1.00001 + 4 * seed.slip;
    const limit = f32x4.splat(reach * reach * <f32>1.00001);
    const da = f32x4.add(gap2(xa, box), f32x4.add(gap2(ya, box + 4), gap2(za, box + 8)));
    const db = f32x4.add(gap2(xb, box), f32x4.add(gap2(yb, box + 4), gap2(zb, box + 8)));
    const far = i32x4.bitmask(f32x4.gt(da, limit)) | (i32x4.bitmask(f32x4.gt(db, limit)) << 4);
    const mask = ~far & used;
    const marks = seed.marks + (<usize>block << 5);
    v128.store(marks, i32x4.splat(0));
    v128.store(marks, i32x4.splat(0), 16);
    if (mask) meetBlock(plan, grid, seed, block, mask, d, marks, out);
  }
}

function meetBlock(plan: Plan, grid: Grid, seed: Seed, block: i32, mask: i32, d: i32, marks: usize, out: usize): void {
  const points = grid.points + (<usize>block * <usize>d << 7);
  const near = seed.near + (<usize>block << 7);
  const fixed = f32x4.splat(seed.slip * seed.slip * <f32>1.01e5);
  const zero = f32x4.splat(0);
  // Rows past the last one are that one again, and do not count.
  const rows = plan.rows - (block << 5);
  for (; mask; mask &= mask - 1) {
    const c = <usize>ctz(mask);
    const bit = i32x4.splat(1 << <i32>c);
    const at = plan.packed + (c << 2);
    const cx = f32x4.splat(<f32>-0.5 * load<f32>(at));
    const cy = d > 1 ? f32x4.splat(<f32>-0.5 * load<f32>(at, 32)) : zero;
    const cz = d > 2 ? f32x4.splat(<f32>-0.5 * load<f32>(at, 64)) : zero;
    let gain = zero, doubt = zero;
    for (let g: usize = 0; g < 128; g += 16) {
      const u = f32x4.sub(v128.load(points + g), cx);
      let square = f32x4.mul(u, u);
      if (d > 1) {
        const v = f32x4.sub(v128.load(points + g, 128), cy);
        square = fma(v, v, square);
        if (d > 2) {
          const w = f32x4.sub(v128.load(points + g, 256), cz);
          square = fma(w, w, square);
        }
      }
      const now = v128.load(near + g);
      const limit = fma(now, f32x4.splat(1.00003), fixed);
      const closer = f32x4.le(square, limit);
      if (!v128.any_true(closer)) continue;
      const old = v128.load32_zero(marks + (g >> 2));
      const bits = v128.and(closer, bit);
      const bytes = i8x16.shuffle(bits, bits, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
      v128.store32_lane(marks + (g >> 2), v128.or(old, bytes), 0);
      const left = rows - <i32>(g >> 2);
      const counts = left >= 4 ? closer : v128.and(closer, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(left)));
      gain = f32x4.add(gain, v128.and(f32x4.pmax(zero, f32x4.sub(now, square)), counts));
      doubt = f32x4.add(doubt, v128.and(fma(f32x4.add(now, square), f32x4.splat(3e-5), fixed), counts));
    }
    add(out + (c << 3), gain);
    add(out + (c << 3) + 64, doubt);
  }
}

// @ts-ignore: decorator
@inline
function add(at: usize, v: v128): void {
  const low = f64x2.promote_low_f32x4(v);
  const high = f64x2.promote_low_f32x4(i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
  const sum = f64x2.add(low, high);
  store<f64>(at, load<f64>(at) + f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

// @ts-ignore: decorator
@inline
function rowAt(plan: Plan, grid: Grid, place: usize): i32 {
  return load<i32>(grid.order + (min(place, <usize>plan.rows - 1) << 2));
}

// @ts-ignore: decorator
@inline
function approach(seed: Seed, row: i32, place: usize, d2: f64): void {
  const at = seed.closest + (<usize>row << 3);
  if (d2 < load<f64>(at)) store<f64>(at, d2);
  store<f32>(seed.near + (place << 2), up(load<f64>(at)));
}

/** Phase, one a run of blocks: `closest` of the rows that may come closer to the chosen candidate. */
export function nearAdd(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const seed = changetype<Seed>(plan.output);
  const one = 1 << seed.chosen;
  const bit = i8x16.splat(<i8>one);
  const none = i8x16.splat(0);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    const marks = seed.marks + (<usize>block << 5);
    const low = i8x16.bitmask(i8x16.ne(v128.and(v128.load(marks), bit), none));
    const high = i8x16.bitmask(i8x16.ne(v128.and(v128.load(marks, 16), bit), none));
    let found = <u32>low | (<u32>high << 16);
    if (!found) continue;
    const first = <usize>block << 5;
    while (found) {
      const p0 = first + <usize>ctz(found);
      found &= found - 1;
      const p1 = found ? first + <usize>ctz(found) : p0;
      found &= found - 1;
      const p2 = found ? first + <usize>ctz(found) : p0;
      found &= found - 1;
      const p3 = found ? first + <usize>ctz(found) : p0;
      found &= found - 1;
      const r0 = rowAt(plan, grid, p0), r1 = rowAt(plan, grid, p1), r2 = rowAt(plan, grid, p2), r3 = rowAt(plan, grid, p3);
      strictFour(plan, seed.chosen, r0, r1, r2, r3);
      approach(seed, r0, p0, f64x2.extract_lane(strictLow, 0));
      approach(seed, r1, p1, f64x2.extract_lane(strictLow, 1));
      approach(seed, r2, p2, f64x2.extract_lane(strictHigh, 0));
      approach(seed, r3, p3, f64x2.extract_lane(strictHigh, 1));
    }
    takeMost(seed, block);
  }
}

function takeMost(seed: Seed, block: i32): void {
  const near = seed.near + (<usize>block << 7);
  let most = v128.load(near);
  for (let i: usize = 16; i < 128; i += 16) most = f32x4.pmax(most, v128.load(near + i));
  const a = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  store<f32>(seed.most + (<usize>block << 2), max(a, max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3))));
}

/** Phase, one a run of blocks: the marks to the rows' masks. */
export function nearScatter(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const seed = changetype<Seed>(plan.output);
  const end = min(plan.rows, (item + 1) * BLOCKS * 32);
  for (let place = item * BLOCKS * 32; place < end; place++) {
    const row = <usize>load<u32>(grid.order + (<usize>place << 2));
    store<u8>(seed.masks + row, load<u8>(seed.marks + <usize>place));
  }
}
