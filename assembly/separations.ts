import { Plan } from './plan';
import { value } from './strict';

/** Rows measured together: each lane sums for a row of its own, so that order and bits are those of a plain loop. */
const TILE = 8;
/** Bytes of one float64 for each of them. */
const LINE: usize = TILE * 8;

/** Bytes of scratch that a thread needs: the tile's rows, and a sum for each group of all groupings. */
export function separationBytes(columns: i32, groups: i32): i32 {
  return (columns + groups) * <i32>LINE;
}

/**
 * Phase, one a tile of 8 rows, for `k` groupings at once. Groups are numbered across groupings: `labels` holds for each
 * row its group in each grouping (int32), `groups` where the groups of a grouping begin, and the end, `sumCounts` the
 * rows of a group. To `output` the sum of a row's distances to its group, to `output2` the lowest mean distance to another,
 * float64, grouping by grouping.
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
  const sums = base + <usize>d * LINE;
  memory.fill(sums, 0, <usize>load<i32>(plan.groups + (<usize>plan.k << 2)) * LINE);
  if (plan.wide) addDistances<f64>(plan, base, sums);
  else addDistances<f32>(plan, base, sums);
  for (let g = 0; g < plan.k; g++) for (let t = 0; t < filled; t++) separate(plan, from + t, g, sums + (<usize>t << 3));
}

/** What the sums say of one row in one grouping. */
function separate(plan: Plan, row: i32, g: i32, sums: usize): void {
  const own = load<i32>(plan.labels + ((<usize>row * <usize>plan.k + <usize>g) << 2));
  const end = load<i32>(plan.groups + (<usize>g << 2), 4);
  let lowest = Infinity;
  for (let c = load<i32>(plan.groups + (<usize>g << 2)); c < end; c++) {
    const count = load<i32>(plan.sumCounts + (<usize>c << 2));
    if (c == own || count == 0) continue;
    lowest = min<f64>(lowest, load<f64>(sums + <usize>c * LINE) / <f64>count);
  }
  const out = (<usize>g * <usize>plan.rows + <usize>row) << 3;
  store<f64>(plan.output + out, load<f64>(sums + <usize>own * LINE));
  store<f64>(plan.output2 + out, lowest);
}

/** Adds the distances of the tile's rows to every row, in row order, to the sums of its groups. */
// @ts-ignore: decorator
@inline
function addDistances<T>(plan: Plan, tile: usize, sums: usize): void {
  const stop = tile + <usize>plan.columns * LINE;
  const pitch = <usize>plan.k << 2;
  let x = plan.values;
  let group = plan.labels;
  for (let i = 0; i < plan.rows; i++) {
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    for (let y = tile; y < stop; y += LINE, x += sizeof<T>()) {
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
    a0 = f64x2.sqrt(a0);
    a1 = f64x2.sqrt(a1);
    a2 = f64x2.sqrt(a2);
    a3 = f64x2.sqrt(a3);
    for (const end = group + pitch; group < end; group += 4) {
      const sum = sums + <usize>load<i32>(group) * LINE;
      v128.store(sum, f64x2.add(v128.load(sum), a0));
      v128.store(sum, f64x2.add(v128.load(sum, 16), a1), 16);
      v128.store(sum, f64x2.add(v128.load(sum, 32), a2), 32);
      v128.store(sum, f64x2.add(v128.load(sum, 48), a3), 48);
    }
  }
}
