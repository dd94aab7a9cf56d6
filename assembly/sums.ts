import { Grid } from './grid';
import { heldFour, heldOne } from './held';
import { labelOf, loadLabel, storeLabel } from './labels';
import { movesOf } from './moves';
import { PARTITIONS, partitionStart, Plan } from './plan';
import { rowsFrom } from './chunks';
import { swapHalves } from './simd';

// @ts-ignore: decorator
@inline
function deltaOf(plan: Plan, p: i32, c: i32): usize {
  const slot = <usize>(p * plan.k + c);
  const touched = plan.touched + (slot << 2);
  const delta = plan.deltas + ((slot * <usize>plan.columns) << 3);
  if (!load<i32>(touched)) {
    store<i32>(touched, 1);
    memory.fill(delta, 0, <usize>plan.columns << 3);
    store<f64>(plan.deltaWeights + (slot << 3), 0);
    store<i32>(plan.deltaCounts + (slot << 2), 0);
  }
  return delta;
}

/** delta + weight x row, or less it. */
function carry(plan: Plan, p: i32, row: i32, c: i32, weight: f64, sign: i32): void {
  let delta = deltaOf(plan, p, c);
  const slot = <usize>(p * plan.k + c);
  const w = sign > 0 ? weight : -weight;
  store<f64>(plan.deltaWeights + (slot << 3), load<f64>(plan.deltaWeights + (slot << 3)) + w);
  if (weight != 0) store<i32>(plan.deltaCounts + (slot << 2), load<i32>(plan.deltaCounts + (slot << 2)) + sign);
  const d = <usize>plan.columns;
  const ww = f64x2.splat(w);
  if (plan.bytes) {
    let x = plan.bytes + <usize>row * d;
    const end = x + d;
    for (; x + 4 <= end; x += 4, delta += 32) {
      const v = heldFour(plan, x);
      v128.store(delta, f64x2.add(v128.load(delta), f64x2.mul(ww, f64x2.promote_low_f32x4(v))));
      v128.store(delta, f64x2.add(v128.load(delta, 16), f64x2.mul(ww, f64x2.promote_low_f32x4(swapHalves(v)))), 16);
    }
    for (; x < end; x++, delta += 8) store<f64>(delta, load<f64>(delta) + w * heldOne(plan, x));
  } else if (plan.wide) {
    let x = plan.values + (<usize>row * d << 3);
    const end = x + (d << 3);
    for (; x + 16 <= end; x += 16, delta += 16) {
      v128.store(delta, f64x2.add(v128.load(delta), f64x2.mul(ww, v128.load(x))));
    }
    if (x < end) store<f64>(delta, load<f64>(delta) + w * load<f64>(x));
  } else {
    let x = plan.values + (<usize>row * d << 2);
    const end = x + (d << 2);
    for (; x + 8 <= end; x += 8, delta += 16) {
      const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
      v128.store(delta, f64x2.add(v128.load(delta), f64x2.mul(ww, v)));
    }
    if (x < end) store<f64>(delta, load<f64>(delta) + w * <f64>load<f32>(x));
  }
}

/** A row of weight 1, float32, from one cluster to another: as `carry` to one and from the other. */
function carryOver(plan: Plan, p: i32, row: i32, before: i32, after: i32): void {
  let to = deltaOf(plan, p, after);
  let from = deltaOf(plan, p, before);
  count(plan, p, after, 1);
  count(plan, p, before, -1);
  const d = <usize>plan.columns;
  if (plan.bytes) {
    let x = plan.bytes + <usize>row * d;
    const end = x + d;
    for (; x + 4 <= end; x += 4, to += 32, from += 32) {
      const v = heldFour(plan, x);
      const low = f64x2.promote_low_f32x4(v), high = f64x2.promote_low_f32x4(swapHalves(v));
      v128.store(to, f64x2.add(v128.load(to), low));
      v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
      v128.store(from, f64x2.sub(v128.load(from), low));
      v128.store(from, f64x2.sub(v128.load(from, 16), high), 16);
    }
    for (; x < end; x++, to += 8, from += 8) {
      const v = heldOne(plan, x);
      store<f64>(to, load<f64>(to) + v);
      store<f64>(from, load<f64>(from) - v);
    }
    return;
  }
  let x = plan.values + (<usize>row * d << 2);
  const end = x + (d << 2);
  for (; x + 8 <= end; x += 8, to += 16, from += 16) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
    v128.store(to, f64x2.add(v128.load(to), v));
    v128.store(from, f64x2.sub(v128.load(from), v));
  }
  if (x < end) {
    const v = <f64>load<f32>(x);
    store<f64>(to, load<f64>(to) + v);
    store<f64>(from, load<f64>(from) - v);
  }
}

// @ts-ignore: decorator
@inline
function count(plan: Plan, p: i32, c: i32, change: i32): void {
  const slot = <usize>(p * plan.k + c);
  store<f64>(plan.deltaWeights + (slot << 3), load<f64>(plan.deltaWeights + (slot << 3)) + <f64>change);
  store<i32>(plan.deltaCounts + (slot << 2), load<i32>(plan.deltaCounts + (slot << 2)) + change);
}

// @ts-ignore: decorator
@inline
export function weightOf(plan: Plan, row: i32): f64 {
  return plan.weights ? load<f64>(plan.weights + (<usize>row << 3)) : 1;
}

/** Phase, one a partition: the moves of its chunks, in row order, into its deltas. */
export function carryMoves(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  memory.fill(plan.touched + (<usize>(p * plan.k) << 2), 0, <usize>plan.k << 2);
  for (let s = 0; s < plan.split; s++) {
    const chunk = p * plan.split + s;
    const first = rowsFrom(plan, chunk);
    const moves = movesOf(plan, chunk, first);
    const words = <usize>(rowsFrom(plan, chunk + 1) - first + 31) >> 5;
    let former = <usize>first;
    for (let w: usize = 0; w < words; w++) {
      for (let bits = load<u32>(moves + (w << 2)); bits; bits &= bits - 1) {
        const row = first + <i32>(w << 5) + <i32>ctz(bits);
        move(plan, p, row, loadLabel(plan, plan.formers, former), labelOf(plan, row));
        former++;
      }
    }
  }
}

/** A row from one cluster to another. */
// @ts-ignore: decorator
@inline
function move(plan: Plan, p: i32, row: i32, before: i32, after: i32): void {
  if (!plan.wide && !plan.weights) {
    carryOver(plan, p, row, before, after);
    return;
  }
  const weight = weightOf(plan, row);
  carry(plan, p, row, after, weight, 1);
  carry(plan, p, row, before, weight, -1);
}

/** Phase, one a partition: all rows, in order, into its deltas. */
export function carryAll(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  memory.fill(plan.touched + (<usize>(p * plan.k) << 2), 0, <usize>plan.k << 2);
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    carry(plan, p, row, labelOf(plan, row), weightOf(plan, row), 1);
  }
}

/** Phase, one a partition: the rows that are marked to move, in row order, into its deltas. */
export function carryMarked(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const grid = changetype<Grid>(plan.grid);
  memory.fill(plan.touched + (<usize>(p * plan.k) << 2), 0, <usize>plan.k << 2);
  const start = partitionStart(plan.rows, p);
  const end = partitionStart(plan.rows, p + 1);
  let count = 0;
  for (let w = start >> 5; w << 5 < end; w++) {
    const at = grid.moving + (<usize>w << 2);
    let mask: u32 = 0xffffffff;
    if (w << 5 < start) mask <<= start & 31;
    if ((w + 1) << 5 > end) mask &= 0xffffffff >> (32 - (end & 31));
    let bits = load<u32>(at) & mask;
    if (!bits) continue;
    // The word may hold rows of the next partition too.
    atomic.and<u32>(at, ~mask);
    for (; bits; bits &= bits - 1) {
      const row = (w << 5) + ctz(bits);
      const before = labelOf(plan, row);
      const after = loadLabel(plan, grid.next, row);
      storeLabel(plan, plan.labels, row, after);
      move(plan, p, row, before, after);
      count++;
    }
  }
  store<i32>(grid.movedRows + (<usize>p << 2), count);
}

/** Phase, one a cluster: the partitions' deltas, in order, onto its sums. */
export function reduce(planAt: usize, c: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const sums = plan.sums + (<usize>c * d << 3);
  for (let p = 0; p < PARTITIONS; p++) {
    const slot = <usize>(p * plan.k + c);
    if (!load<i32>(plan.touched + (slot << 2))) continue;
    const weights = plan.sumWeights + (<usize>c << 3);
    store<f64>(weights, load<f64>(weights) + load<f64>(plan.deltaWeights + (slot << 3)));
    const counts = plan.sumCounts + (<usize>c << 2);
    store<i32>(counts, load<i32>(counts) + load<i32>(plan.deltaCounts + (slot << 2)));
    const delta = plan.deltas + ((slot * d) << 3);
    let j: usize = 0;
    for (; j + 2 <= d; j += 2) {
      v128.store(sums + (j << 3), f64x2.add(v128.load(sums + (j << 3)), v128.load(delta + (j << 3))));
    }
    if (j < d) store<f64>(sums + (j << 3), load<f64>(sums + (j << 3)) + load<f64>(delta + (j << 3)));
  }
}
