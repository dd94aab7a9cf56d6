import { BLOCKS, Grid } from './grid';
import { judge, Node } from './node';
import { Plan } from './plan';
import { rounded } from './seed';

/**
 * Seeding with few columns and without weights, in the order of the grid. What a candidate takes off a box of rows that are
 * all closer to it than to what was chosen follows from their number, mean and scatter; a box whose rows are all farther
 * has nothing to do with it; the other rows meet it one by one, strictly. Mirrored by `src/ml/kernels/wasm/near.ts`; the
 * plan's `output` points to it.
 */
@unmanaged
export class Near {
  /** float64 a place in the grid's order: strict squared distance to the closest chosen row; 0 past the last row. */
  closest: usize;
  /** float64 [block][column][32]: the values; 0 where the grid's points are the values themselves. */
  values: usize;
  /** A {@link Node} a block, and one a run of blocks. */
  nodes: usize;
  runs: usize;
  /** uint8 a block: a bit a candidate, set where it may come closer to one of the rows. */
  masks: usize;
  /** The candidates: float32 [3][8] less the middle, and float64 [8][3] the values, [8][3] less the middle. */
  lanes: usize;
  centers: usize;
  means: usize;
  /** float64, what a phase gives out. */
  results: usize;
  /** float64: what masses are rounded by. */
  magnet: usize;
  /** Int32 a row: its place. */
  places: usize;
  count: i32;
  /** The candidate that a phase adds. */
  chosen: i32;
  // float32 from here
  /** What slips may come to in a squared distance. */
  fixed: f32;
  /** Largest length of a row less the middle. */
  radius: f32;
}

/** Blocks in a run. */
const RUN = 16;
/** Of float64 sums of 512 squares, with much to spare: 2^-42. */
const ROUNDING: f64 = 2.2737367544323206e-13;

// @ts-ignore: decorator
@inline
function nodeAt(nodes: usize, i: i32): Node {
  return changetype<Node>(nodes + <usize>i * offsetof<Node>());
}

/** Values of two rows of a block, `at` being where the first one's stand. */
// @ts-ignore: decorator
@inline
function two(wide: bool, at: usize): v128 {
  return wide ? v128.load(at) : f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** Where the values of a block begin. */
// @ts-ignore: decorator
@inline
function valuesOf(plan: Plan, near: Near, block: i32): usize {
  const d = <usize>plan.columns;
  if (near.values) return near.values + ((<usize>block * d) << 8);
  return changetype<Grid>(plan.grid).points + ((<usize>block * d) << 7);
}

/** Strict squared distances of two rows to a candidate; `at` as above, `shift` 2 for float32, 3 for float64. */
// @ts-ignore: decorator
@inline
function squares(d: i32, wide: bool, at: usize, shift: usize, x: v128, y: v128, z: v128): v128 {
  let e = f64x2.sub(two(wide, at), x);
  let sum = f64x2.mul(e, e);
  if (d > 1) {
    e = f64x2.sub(two(wide, at + (32 << shift)), y);
    sum = f64x2.add(sum, f64x2.mul(e, e));
    if (d > 2) {
      e = f64x2.sub(two(wide, at + (64 << shift)), z);
      sum = f64x2.add(sum, f64x2.mul(e, e));
    }
  }
  return sum;
}

/** Phase, one a run of blocks: the values where the points are not enough, the places, and the nodes as nobody is chosen. */
export function nearBegin(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const d = plan.columns;
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    const first = block << 5;
    const rows = min(32, plan.rows - first);
    for (let i = 0; i < 32; i++) {
      const row = load<i32>(grid.order + (<usize>(first + i) << 2));
      if (i < rows) store<i32>(near.places + (<usize>row << 2), first + i);
      store<f64>(near.closest + (<usize>(first + i) << 3), i < rows ? Infinity : 0);
      if (!near.values) continue;
      for (let j = 0; j < d; j++) {
        const from = <usize>row * <usize>d + <usize>j;
        const value = plan.wide ? load<f64>(plan.values + (from << 3)) : <f64>load<f32>(plan.values + (from << 2));
        store<f64>(near.values + (((<usize>block * <usize>d + <usize>j) << 8) + (<usize>i << 3)), value);
      }
    }
    const node = nodeAt(near.nodes, block);
    const box = grid.boxes + (<usize>block << 5);
    memory.copy(changetype<usize>(node) + offsetof<Node>('boxX'), box, 24);
    moments(plan, near, node, block, block + 1);
  }
  for (let run = item * BLOCKS; run < end; run += RUN) {
    const node = nodeAt(near.runs, run / RUN);
    enclose(near, node, run, min(end, run + RUN));
    moments(plan, near, node, run, min(end, run + RUN));
  }
}

/** Mean and scatter of the rows of some blocks. */
function moments(plan: Plan, near: Near, node: Node, from: i32, to: i32): void {
  const d = plan.columns;
  const wide = near.values != 0;
  const shift: usize = wide ? 3 : 2;
  const rows = min(plan.rows, to << 5) - (from << 5);
  node.rows = rows;
  node.ownX = NaN;
  node.scatter = 0;
  const pitch = (<usize>32 * <usize>d) << shift;
  for (let j: usize = 0; j < 3; j++) {
    const mean = changetype<usize>(node) + (j << 3);
    store<f64>(mean, 0);
    if (j >= <usize>d) continue;
    const middle = <f64>load<f32>(plan.middle + (j << 2));
    const start = valuesOf(plan, near, from) + ((j << 5) << shift);
    let sum = f64x2.splat(0), square = sum;
    // Around a value of their own, so that little cancels.
    const about = wide ? load<f64>(start) : <f64>load<f32>(start);
    const origin = f64x2.splat(about);
    let left = rows;
    for (let at = start; left >= 32; left -= 32, at += pitch) {
      for (let i: usize = 0; i < 32; i += 2) {
        const e = f64x2.sub(two(wide, at + (i << shift)), origin);
        sum = f64x2.add(sum, e);
        square = f64x2.add(square, f64x2.mul(e, e));
      }
    }
    let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    let squares = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
    const last = start + (<usize>(rows >> 5)) * pitch;
    for (let i: usize = 0; i < <usize>left; i++) {
      const at = last + (i << shift);
      const e = (wide ? load<f64>(at) : <f64>load<f32>(at)) - about;
      total += e;
      squares += e * e;
    }
    const offset = total / <f64>rows;
    store<f64>(mean, about - middle + offset);
    node.scatter += max(0, squares - total * offset);
  }
}

/** The box around some blocks. */
function enclose(near: Near, out: Node, from: i32, to: i32): void {
  for (let j: usize = 0; j < 12; j += 4) {
    let least = Infinity;
    let most = -Infinity;
    for (let block = from; block < to; block++) {
      const node = changetype<usize>(nodeAt(near.nodes, block)) + j;
      const center = <f64>load<f32>(node, offsetof<Node>('boxX'));
      const half = <f64>load<f32>(node, offsetof<Node>('halfX'));
      least = min(least, center - half);
      most = max(most, center + half);
    }
    const center = <f32>((least + most) / 2);
    const half = max(most - <f64>center, <f64>center - least) * 1.0000002;
    store<f32>(changetype<usize>(out) + j, center, offsetof<Node>('boxX'));
    store<f32>(changetype<usize>(out) + j, <f32>half, offsetof<Node>('halfX'));
  }
}

/** Phase, one a run of blocks: they meet the candidates. `results` get 8 gains and 8 bounds on their error an item. */
export function nearMeet(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const used = (1 << near.count) - 1;
  const lanes = near.lanes;
  const xa = v128.load(lanes), xb = v128.load(lanes, 16);
  const ya = v128.load(lanes, 32), yb = v128.load(lanes, 48);
  const za = v128.load(lanes, 64), zb = v128.load(lanes, 80);
  const second = near.count > 4;
  const fixed = near.fixed;
  const out = near.results + (<usize>item << 7);
  memory.fill(out, 0, 128);
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let run = item * BLOCKS; run < end; run += RUN) {
    const last = min(end, run + RUN);
    const node = nodeAt(near.runs, run / RUN);
    let said = judge(node, xa, ya, za, fixed);
    let away = said & 15;
    let whole = said >> 4;
    if (second) {
      said = judge(node, xb, yb, zb, fixed);
      away |= (said & 15) << 4;
      whole |= (said >> 4) << 4;
    }
    whole &= used;
    for (let m = whole; m; m &= m - 1) takeWhole(near, node, <usize>ctz(m), out);
    const live = used & ~away & ~whole;
    for (let block = run; block < last; block++) {
      let mask = whole;
      if (live) {
        const node = nodeAt(near.nodes, block);
        let met = 0, all = 0;
        if (live & 15) {
          said = judge(node, xa, ya, za, fixed);
          met = ~said & 15;
          all = said >> 4;
        }
        if (live & 0xf0) {
          said = judge(node, xb, yb, zb, fixed);
          met |= (~said & 15) << 4;
          all |= (said >> 4) << 4;
        }
        met &= live;
        mask |= met;
        for (let m = met & all; m; m &= m - 1) takeWhole(near, node, <usize>ctz(m), out);
        for (let m = met & ~all; m; m &= m - 1) takeRows(plan, near, block, <usize>ctz(m), out);
      }
      store<u8>(near.masks + <usize>block, <u8>mask);
    }
  }
}

/** The candidate is closer to all rows of the node. */
// @ts-ignore: decorator
@inline
function takeWhole(near: Near, node: Node, c: usize, out: usize): void {
  const mean = near.means + c * 24;
  const x = load<f64>(mean) - node.x, y = load<f64>(mean, 8) - node.y, z = load<f64>(mean, 16) - node.z;
  const rows = <f64>node.rows;
  const square = x * x + y * y + z * z;
  const left = rows * square + node.scatter;
  const hx = <f64>node.halfX, hy = <f64>node.halfY, hz = <f64>node.halfZ;
  const size = 4 * (hx * hx + hy * hy + hz * hz) + sqrt(square) * <f64>near.radius;
  const at = out + (c << 3);
  store<f64>(at, load<f64>(at) + (node.sum - left));
  store<f64>(at, load<f64>(at, 64) + ROUNDING * (node.sum + left + rows * size), 64);
}

/** The rows of a block meet a candidate. */
function takeRows(plan: Plan, near: Near, block: i32, c: usize, out: usize): void {
  const values = valuesOf(plan, near, block);
  const center = near.centers + c * 24;
  const closest = near.closest + (<usize>block << 8);
  let gain: f64;
  if (near.values) gain = gainOf(plan.columns, true, 3, values, center, closest);
  else if (plan.columns == 1) gain = gainOf(1, false, 2, values, center, closest);
  else if (plan.columns == 2) gain = gainOf(2, false, 2, values, center, closest);
  else gain = gainOf(3, false, 2, values, center, closest);
  const at = out + (c << 3);
  store<f64>(at, load<f64>(at) + gain);
  store<f64>(at, load<f64>(at, 64) + ROUNDING * nodeAt(near.nodes, block).sum, 64);
}

// @ts-ignore: decorator
@inline
function gainOf(d: i32, wide: bool, shift: usize, values: usize, center: usize, closest: usize): f64 {
  const x = v128.load64_splat(center), y = v128.load64_splat(center, 8), z = v128.load64_splat(center, 16);
  const zero = f64x2.splat(0);
  let a = zero, b = zero;
  for (let i: usize = 0; i < 32; i += 4) {
    const s = squares(d, wide, values + (i << shift), shift, x, y, z);
    const t = squares(d, wide, values + ((i + 2) << shift), shift, x, y, z);
    a = f64x2.add(a, f64x2.pmax(zero, f64x2.sub(v128.load(closest + (i << 3)), s)));
    b = f64x2.add(b, f64x2.pmax(zero, f64x2.sub(v128.load(closest + (i << 3), 16), t)));
  }
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** Phase, one a run of blocks: the chosen candidate comes in; what that takes off the stretches goes to the scratch. */
export function nearAdd(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const one = 1 << near.chosen;
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let run = item * BLOCKS; run < end; run += RUN) {
    const last = min(end, run + RUN);
    let touched = false;
    for (let block = run; block < last; block++) {
      if (!(<i32>load<u8>(near.masks + <usize>block) & one)) continue;
      touched = true;
      if (plan.columns == 1) approach(1, true, plan, grid, near, block, base);
      else if (plan.columns == 2) approach(2, true, plan, grid, near, block, base);
      else approach(3, true, plan, grid, near, block, base);
    }
    if (touched) gather(near, run, last);
  }
}

/** Phase, one a run of blocks: only what the chosen candidate would take off the stretches. */
export function nearTry(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const one = 1 << near.chosen;
  const end = min(grid.blocks, (item + 1) * BLOCKS);
  for (let block = item * BLOCKS; block < end; block++) {
    if (<i32>load<u8>(near.masks + <usize>block) & one) approach(plan.columns, false, plan, grid, near, block, base);
  }
}

// @ts-ignore: decorator
@inline
function takeOff(gains: usize, order: usize, gain: f64): void {
  const at = gains + <usize>((load<u32>(order) >> 8) << 3);
  store<f64>(at, load<f64>(at) + gain);
}

// @ts-ignore: decorator
@inline
function approach(d: i32, keep: bool, plan: Plan, grid: Grid, near: Near, block: i32, gains: usize): void {
  if (near.values) approachFrom(d, keep, true, 3, plan, grid, near, block, gains);
  else approachFrom(d, keep, false, 2, plan, grid, near, block, gains);
}

// @ts-ignore: decorator
@inline
function approachFrom(d: i32, keep: bool, wide: bool, shift: usize, plan: Plan, grid: Grid, near: Near, block: i32, gains: usize): void {
  const chosen = <usize>near.chosen;
  const center = near.centers + chosen * 24;
  const x = v128.load64_splat(center), y = v128.load64_splat(center, 8), z = v128.load64_splat(center, 16);
  const values = valuesOf(plan, near, block);
  const closest = near.closest + (<usize>block << 8);
  const order = grid.order + (<usize>block << 7);
  const magnet = v128.load64_splat(near.magnet);
  const begun = load<f64>(near.magnet) > 0;
  let sum = f64x2.splat(0), least = f64x2.splat(Infinity), most = sum;
  let all = i64x2.splat(-1), any = i64x2.splat(0);
  for (let i: usize = 0; i < 32; i += 2) {
    const square = squares(d, wide, values + (i << shift), shift, x, y, z);
    let now = v128.load(closest + (i << 3));
    const closer = f64x2.lt(square, now);
    if (v128.any_true(closer)) {
      const before = now;
      now = f64x2.pmin(now, square);
      if (keep) v128.store(closest + (i << 3), now);
      if (begun) {
        const gain = f64x2.sub(f64x2.sub(f64x2.add(before, magnet), magnet), f64x2.sub(f64x2.add(now, magnet), magnet));
        takeOff(gains, order + (i << 2), f64x2.extract_lane(gain, 0));
        takeOff(gains, order + (i << 2) + 4, f64x2.extract_lane(gain, 1));
      }
    }
    if (keep) {
      all = v128.and(all, closer);
      any = v128.or(any, closer);
      sum = f64x2.add(sum, now);
      least = f64x2.pmin(least, now);
      most = f64x2.pmax(most, now);
    }
  }
  if (!keep || !v128.any_true(any)) return;
  const node = nodeAt(near.nodes, block);
  node.sum = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  node.least = <f32>min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  node.most = <f32>max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  const lane = near.lanes + (chosen << 2);
  node.ownX = i64x2.all_true(all) ? load<f32>(lane) : NaN;
  node.ownY = load<f32>(lane, 32);
  node.ownZ = load<f32>(lane, 64);
}

/** What the blocks of a run say together. */
function gather(near: Near, from: i32, to: i32): void {
  const node = nodeAt(near.runs, from / RUN);
  const first = nodeAt(near.nodes, from);
  let sum: f64 = 0;
  let least: f32 = Infinity;
  let most: f32 = 0;
  let same = true;
  for (let block = from; block < to; block++) {
    const one = nodeAt(near.nodes, block);
    sum += one.sum;
    least = min(least, one.least);
    most = max(most, one.most);
    same = same && one.ownX == first.ownX && one.ownY == first.ownY && one.ownZ == first.ownZ;
  }
  node.sum = sum;
  node.least = least;
  node.most = most;
  node.ownX = same ? first.ownX : NaN;
  node.ownY = first.ownY;
  node.ownZ = first.ownZ;
}

/** Phase, one a run of blocks: the masses of the stretches to the scratch. */
export function nearMasses(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const magnet = load<f64>(near.magnet);
  const end = <usize>min(plan.rows, ((item + 1) * BLOCKS) << 5);
  for (let place = <usize>((item * BLOCKS) << 5); place < end; place++) {
    takeOff(base, grid.order + (place << 2), rounded(load<f64>(near.closest + (place << 3)), magnet));
  }
}

/** Phase, one a run of blocks: the largest mass, to `results`. */
export function nearLargest(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  const near = changetype<Near>(plan.output);
  const end = <usize>min(grid.blocks, (item + 1) * BLOCKS) << 5;
  let most = f64x2.splat(0);
  for (let place = <usize>((item * BLOCKS) << 5); place < end; place += 2) most = f64x2.pmax(most, v128.load(near.closest + (place << 3)));
  store<f64>(near.results + (<usize>item << 3), max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
}
