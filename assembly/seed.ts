import { BLOCK, errorsOf, pack, screenedOf, squaresOf, takeRows } from './block';
import { PARTITIONS, partitionStart, Plan } from './plan';
import { sum4, U, up } from './simd';
import { strict, strictFour, fourth, third, value } from './strict';
import { weightOf } from './sums';
import { products, rowProducts } from './tile';

/**
 * Seeding. `output` holds the squared distance of every row to the closest chosen row (float64), `output2` what a phase
 * finds, `labels` a byte a row: which of up to 8 candidates are nearer, `lower` the rows' squared norms (float32). The
 * chosen or candidate rows stand as centres.
 */

/** Phase, one a partition: squared norms of the rows as they are, for products without packing. */
export function seedNorms(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = plan.columns;
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const x = plan.values + (<usize>row * <usize>d << 2);
    let square = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= d; j += 4) {
      const v = v128.load(x + (<usize>j << 2));
      square = f32x4.add(square, f32x4.mul(v, v));
    }
    let sum = sum4(square);
    for (; j < d; j++) sum += load<f32>(x + (<usize>j << 2)) * load<f32>(x + (<usize>j << 2));
    store<f32>(plan.lower + (<usize>row << 2), sum);
  }
}

/**
 * Phase, one a partition: what each of the k candidates would take off, to `output2`, candidate x partition. Screened by
 * products; where a candidate may be nearer, decided strictly, row by row in order.
 */
export function seedGains(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const k = plan.k;
  const end = partitionStart(plan.rows, p + 1);
  const d = <f64>plan.columns;
  const C = <f64>plan.centerNorm;
  // The error of products is at most kappa (|x|^2 / 2 + 3/2 C^2), that of the norm included.
  const kappa = U * (2.5 * d + 40);
  const direct = plan.lower != 0;
  for (let c = 0; c < k; c++) store<f64>(plan.output2 + (<usize>(c * PARTITIONS + p) << 3), 0);
  for (let row = partitionStart(plan.rows, p); row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    if (direct) {
      rowProducts(plan, base, row, count);
    } else {
      takeRows(base, row, count);
      pack(plan, base, (count + 3) & ~3);
      products(plan, base, count);
    }
    for (let r = 0; r < count; r++) {
      const i = row + r;
      const closest = load<f64>(plan.output + (<usize>i << 3));
      let square: f64;
      let error: f64;
      if (direct) {
        square = <f64>load<f32>(plan.lower + (<usize>i << 2));
        error = kappa * (square + 3 * C * C) + 1e-37;
      } else {
        square = <f64>load<f32>(squaresOf(base) + (<usize>r << 2));
        error = <f64>load<f32>(errorsOf(base) + (<usize>r << 2)) + (d / 4 + 8) * U * square;
      }
      const limit = f32x4.splat(up(closest - square + error));
      const values = screenedOf(base, plan) + (<usize>r << 5);
      // Written so that a value that is not a number stays in.
      const far = i32x4.bitmask(f32x4.gt(v128.load(values), limit)) | (i32x4.bitmask(f32x4.gt(v128.load(values, 16), limit)) << 4);
      const mask = ~far & ((1 << k) - 1);
      let nearer = 0;
      if (mask) nearer = gain(plan, p, i, closest, mask);
      store<u8>(plan.labels + <usize>i, <u8>nearer);
    }
  }
}

/** Adds to the gains of the candidates in the mask. @returns those that are nearer */
function gain(plan: Plan, p: i32, row: i32, closest: f64, mask: i32): i32 {
  const weight = weightOf(plan, row);
  let nearer = 0;
  while (mask) {
    const a = ctz(mask);
    mask &= mask - 1;
    const b = mask ? ctz(mask) : a;
    mask &= mask - 1;
    const c = mask ? ctz(mask) : a;
    mask &= mask - 1;
    const e = mask ? ctz(mask) : a;
    mask &= mask - 1;
    let first: f64;
    let pair = f64x2.splat(0);
    if (b == a) first = strict(plan, row, a);
    else {
      pair = strictFour(plan, row, a, b, c, e);
      first = f64x2.extract_lane(pair, 0);
    }
    nearer |= note(plan, p, a, weight, closest, first);
    if (b != a) nearer |= note(plan, p, b, weight, closest, f64x2.extract_lane(pair, 1));
    if (c != a) nearer |= note(plan, p, c, weight, closest, third);
    if (e != a) nearer |= note(plan, p, e, weight, closest, fourth);
  }
  return nearer;
}

// @ts-ignore: decorator
@inline
function note(plan: Plan, p: i32, c: i32, weight: f64, closest: f64, d2: f64): i32 {
  if (!(d2 < closest)) return 0;
  const at = plan.output2 + (<usize>(c * PARTITIONS + p) << 3);
  store<f64>(at, load<f64>(at) + weight * (closest - d2));
  return 1 << c;
}

/** Phase, one a partition: the chosen row, centre 0, comes closest to the rows whose byte has the bit `now` names. */
export function seedTake(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const bit = 1 << plan.now;
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    if (!(<i32>load<u8>(plan.labels + <usize>row) & bit)) continue;
    store<f64>(plan.output + (<usize>row << 3), strict(plan, row, 0));
  }
}

/** Phase, one a partition: the chosen row, centre 0, where it is closer. */
export function seedAdd(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const end = partitionStart(plan.rows, p + 1);
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const at = plan.output + (<usize>row << 3);
    const d2 = strict(plan, row, 0);
    if (d2 < load<f64>(at)) store<f64>(at, d2);
  }
}

/** Phase, one a four partitions: their masses to `output2`. Four sums at a time hide how long one addition takes. */
export function seedMasses(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const p = item << 2;
  const s0 = partitionStart(plan.rows, p);
  const s1 = partitionStart(plan.rows, p + 1);
  const s2 = partitionStart(plan.rows, p + 2);
  const s3 = partitionStart(plan.rows, p + 3);
  const s4 = partitionStart(plan.rows, p + 4);
  let a: f64 = 0, b: f64 = 0, c: f64 = 0, e: f64 = 0;
  // Partitions differ by a row at most.
  const common = min(min(s1 - s0, s2 - s1), min(s3 - s2, s4 - s3));
  for (let i = 0; i < common; i++) {
    a += mass(plan, s0 + i);
    b += mass(plan, s1 + i);
    c += mass(plan, s2 + i);
    e += mass(plan, s3 + i);
  }
  for (let i = s0 + common; i < s1; i++) a += mass(plan, i);
  for (let i = s1 + common; i < s2; i++) b += mass(plan, i);
  for (let i = s2 + common; i < s3; i++) c += mass(plan, i);
  for (let i = s3 + common; i < s4; i++) e += mass(plan, i);
  const out = plan.output2 + (<usize>p << 3);
  store<f64>(out, a);
  store<f64>(out, b, 8);
  store<f64>(out, c, 16);
  store<f64>(out, e, 24);
}

// @ts-ignore: decorator
@inline
function mass(plan: Plan, row: i32): f64 {
  return weightOf(plan, row) * load<f64>(plan.output + (<usize>row << 3));
}

/**
 * As `seedGains`, for up to three columns: two rows at a time meet every candidate strictly. What is not nearer adds
 * nothing, to the bit.
 */
export function seedGainsFlat(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const k = plan.k;
  const start = partitionStart(plan.rows, p);
  const end = partitionStart(plan.rows, p + 1);
  const zero = f64x2.splat(0);
  memory.fill(base, 0, 64);
  let row = start;
  for (; row < end; row += 2) {
    const next = row + 1 < end ? row + 1 : row;
    const i = <usize>row * d;
    const j = <usize>next * d;
    const x = f64x2(value(plan, i), value(plan, j));
    const y = d > 1 ? f64x2(value(plan, i + 1), value(plan, j + 1)) : zero;
    const z = d > 2 ? f64x2(value(plan, i + 2), value(plan, j + 2)) : zero;
    const closest = f64x2(load<f64>(plan.output + (<usize>row << 3)), load<f64>(plan.output + (<usize>next << 3)));
    let nearer = 0;
    let nearerNext = 0;
    for (let c = 0; c < k; c++) {
      const center = plan.centers + ((<usize>c * d) << 3);
      const u = f64x2.sub(x, v128.load64_splat(center));
      let d2 = f64x2.mul(u, u);
      if (d > 1) {
        const v = f64x2.sub(y, v128.load64_splat(center, 8));
        d2 = f64x2.add(d2, f64x2.mul(v, v));
      }
      if (d > 2) {
        const w = f64x2.sub(z, v128.load64_splat(center, 16));
        d2 = f64x2.add(d2, f64x2.mul(w, w));
      }
      const lt = i64x2.bitmask(f64x2.lt(d2, closest));
      if (!lt) continue;
      const off = f64x2.sub(closest, d2);
      const at = base + (<usize>c << 3);
      let sum = load<f64>(at);
      if (lt & 1) {
        sum += weightOf(plan, row) * f64x2.extract_lane(off, 0);
        nearer |= 1 << c;
      }
      if (lt & 2 && next != row) {
        sum += weightOf(plan, next) * f64x2.extract_lane(off, 1);
        nearerNext |= 1 << c;
      }
      store<f64>(at, sum);
    }
    store<u8>(plan.labels + <usize>row, <u8>nearer);
    if (next != row) store<u8>(plan.labels + <usize>next, <u8>nearerNext);
  }
  for (let c = 0; c < k; c++) store<f64>(plan.output2 + (<usize>(c * PARTITIONS + p) << 3), load<f64>(base + (<usize>c << 3)));
}
