import { Plan } from './plan';
import { value } from './strict';

/** Rows measured together: each lane sums for a row of its own, so that order and bits are those of a plain loop. */
const TILE = 8;

/** Bytes of scratch that a thread needs. */
export function separationBytes(columns: i32): i32 {
  return (columns + 1) * TILE * 8;
}

/**
 * Phase, one a tile of 8 rows of a table that lists them group by group; `labels` holds where the k groups begin, and the
 * end. To `output` the sum of a row's distances to its group, to `output2` the lowest mean distance to another, float64.
 */
export function separations(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = plan.columns;
  const from = item * TILE;
  const filled = min<i32>(TILE, plan.rows - from);
  for (let t = 0; t < TILE; t++) {
    const row = <usize>(from + min<i32>(t, filled - 1)) * <usize>d;
    for (let j = 0; j < d; j++) store<f64>(base + (<usize>(j * TILE + t) << 3), value(plan, row + <usize>j));
  }
  for (let t = 0; t < filled; t++) store<f64>(plan.output2 + (<usize>(from + t) << 3), Infinity);

  const sums = base + (<usize>(d * TILE) << 3);
  for (let g = 0; g < plan.k; g++) {
    const begin = load<i32>(plan.labels + (<usize>g << 2));
    const end = load<i32>(plan.labels + (<usize>g << 2), 4);
    if (begin == end) continue;
    if (plan.wide) addDistances<f64>(plan, begin, end, base, sums);
    else addDistances<f32>(plan, begin, end, base, sums);
    for (let t = 0; t < filled; t++) {
      const row = from + t;
      const sum = load<f64>(sums + (<usize>t << 3));
      const out = <usize>row << 3;
      if (begin <= row && row < end) store<f64>(plan.output + out, sum);
      else store<f64>(plan.output2 + out, min<f64>(load<f64>(plan.output2 + out), sum / <f64>(end - begin)));
    }
  }
}

/** To `sums`: the distances of the tile's rows to rows `begin` to `end`, added up in row order. */
// @ts-ignore: decorator
@inline
function addDistances<T>(plan: Plan, begin: i32, end: i32, tile: usize, sums: usize): void {
  const d = <usize>plan.columns;
  const stop = tile + (d << 6);
  let x = plan.values + <usize>begin * d * sizeof<T>();
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  for (let i = begin; i < end; i++) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    for (let y = tile; y < stop; y += 64, x += sizeof<T>()) {
      const v = f64x2.splat(<f64>load<T>(x));
      const e0 = f64x2.sub(v, v128.load(y));
      const e1 = f64x2.sub(v, v128.load(y, 16));
      const e2 = f64x2.sub(v, v128.load(y, 32));
      const e3 = f64x2.sub(v, v128.load(y, 48));
      a0 = f64x2.add(a0, f64x2.mul(e0, e0));
      a1 = f64x2.add(a1, f64x2.mul(e1, e1));
      a2 = f64x2.add(a2, f64x2.mul(e2, e2));
      a3 = f64x2.add(a3, f64x2.mul(e3, e3));
    }
    s0 = f64x2.add(s0, f64x2.sqrt(a0));
    s1 = f64x2.add(s1, f64x2.sqrt(a1));
    s2 = f64x2.add(s2, f64x2.sqrt(a2));
    s3 = f64x2.add(s3, f64x2.sqrt(a3));
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
}
