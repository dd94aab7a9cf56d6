import { rowsFrom } from './chunks';
import { heldOne, heldTwo } from './held';
import { labelOf } from './labels';
import { partitionStart, Plan } from './plan';

/** One value of a row as float64. */
// @ts-ignore: decorator
@inline
export function value(plan: Plan, index: usize): f64 {
  if (plan.bytes) return heldOne(plan, plan.bytes + index);
  return plan.wide ? load<f64>(plan.values + (index << 3)) : <f64>load<f32>(plan.values + (index << 2));
}

/** Sum over j, in order, of (x_j - c_j)^2 in float64: the distance that decides. */
export function strict(plan: Plan, row: i32, c: i32): f64 {
  const d = <usize>plan.columns;
  let center = plan.centers + (<usize>c * d << 3);
  const end = center + (d << 3);
  let sum: f64 = 0;
  if (plan.bytes) {
    let x = plan.bytes + <usize>row * d;
    for (; center < end; center += 8, x++) {
      const e = heldOne(plan, x) - load<f64>(center);
      sum += e * e;
    }
  } else if (plan.wide) {
    let x = plan.values + (<usize>row * d << 3);
    for (; center < end; center += 8, x += 8) {
      const e = load<f64>(x) - load<f64>(center);
      sum += e * e;
    }
  } else {
    let x = plan.values + (<usize>row * d << 2);
    for (; center < end; center += 8, x += 4) {
      const e = <f64>load<f32>(x) - load<f64>(center);
      sum += e * e;
    }
  }
  return sum;
}

/** Two such distances of one row side by side, each in its own order: lane 0 to centre a, lane 1 to centre b. */
export function strictPair(plan: Plan, row: i32, a: i32, b: i32): v128 {
  const d = <usize>plan.columns;
  let left = plan.centers + (<usize>a * d << 3);
  let right = plan.centers + (<usize>b * d << 3);
  const end = left + (d << 3);
  let sum = f64x2.splat(0);
  if (plan.bytes) {
    let x = plan.bytes + <usize>row * d;
    for (; left < end; left += 8, right += 8, x++) {
      const e = f64x2.sub(f64x2.splat(heldOne(plan, x)), v128.load64_lane(right, v128.load64_zero(left), 1));
      sum = f64x2.add(sum, f64x2.mul(e, e));
    }
  } else if (plan.wide) {
    let x = plan.values + (<usize>row * d << 3);
    for (; left < end; left += 8, right += 8, x += 8) {
      const e = f64x2.sub(v128.load64_splat(x), v128.load64_lane(right, v128.load64_zero(left), 1));
      sum = f64x2.add(sum, f64x2.mul(e, e));
    }
  } else {
    let x = plan.values + (<usize>row * d << 2);
    for (; left < end; left += 8, right += 8, x += 4) {
      const e = f64x2.sub(f64x2.splat(<f64>load<f32>(x)), v128.load64_lane(right, v128.load64_zero(left), 1));
      sum = f64x2.add(sum, f64x2.mul(e, e));
    }
  }
  return sum;
}

/** One value of each of two rows, as float64. */
// @ts-ignore: decorator
@inline
function twoValues(plan: Plan, wide: i32, p: usize, q: usize): v128 {
  if (plan.bytes) return heldTwo(plan, p, q);
  if (wide) return v128.load64_lane(q, v128.load64_zero(p), 1);
  return f64x2.promote_low_f32x4(v128.load32_lane(q, v128.load32_zero(p), 1));
}

/** Phase, one a chunk: the strict squared distance of every row to the centre of its label, float64 to `output`. */
export function distances(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const row = rowsFrom(plan, chunk);
  distancesOf(plan, row, rowsFrom(plan, chunk + 1), plan.output + (<usize>row << 3));
}

/** Rows whose distances are added up at a time. */
const ADDED = 32;

/** Phase, one a partition: weight x the distances above, added up in row order, float64 to `output`. */
export function inertia(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const end = partitionStart(plan.rows, p + 1);
  let sum: f64 = 0;
  for (let row = partitionStart(plan.rows, p); row < end; row += ADDED) {
    const count = min(ADDED, end - row);
    distancesOf(plan, row, row + count, base);
    for (let r = 0; r < count; r++) {
      const d2 = load<f64>(base + (<usize>r << 3));
      sum += plan.weights ? load<f64>(plan.weights + (<usize>(row + r) << 3)) * d2 : d2;
    }
  }
  store<f64>(plan.output + (<usize>p << 3), sum);
}

/** The strict squared distances of rows to the centres of their labels, float64 to `out`. */
export function distancesOf(plan: Plan, row: i32, end: i32, out: usize): void {
  const wide = plan.wide;
  const size: usize = plan.bytes ? 1 : wide ? 8 : 4;
  const pitch = <usize>plan.columns * size;
  const length = <usize>plan.columns << 3;
  // Four rows side by side hide how long one addition takes.
  for (; row + 4 <= end; row += 4) {
    let c0 = plan.centers + <usize>labelOf(plan, row) * length;
    let c1 = plan.centers + <usize>labelOf(plan, row + 1) * length;
    let c2 = plan.centers + <usize>labelOf(plan, row + 2) * length;
    let c3 = plan.centers + <usize>labelOf(plan, row + 3) * length;
    let x = (plan.bytes ? plan.bytes : plan.values) + <usize>row * pitch;
    let low = f64x2.splat(0), high = low;
    for (const stop = x + pitch; x < stop; x += size, c0 += 8, c1 += 8, c2 += 8, c3 += 8) {
      const a = f64x2.sub(twoValues(plan, wide, x, x + pitch), v128.load64_lane(c1, v128.load64_zero(c0), 1));
      const b = f64x2.sub(twoValues(plan, wide, x + 2 * pitch, x + 3 * pitch), v128.load64_lane(c3, v128.load64_zero(c2), 1));
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
    v128.store(out, low);
    v128.store(out, high, 16);
    out += 32;
  }
  for (; row < end; row++) {
    store<f64>(out, strict(plan, row, labelOf(plan, row)));
    out += 8;
  }
}
