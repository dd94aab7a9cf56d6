import { BLOCK, center, lineOf, screenedOf } from './block';
import { rowsFrom } from './chunks';
import { meetBlock } from './meet';
import { Plan } from './plan';
import { strictFour, strictLow, strictHigh } from './four';
import { weightOf } from './sums';

/**
 * Greedy k-means++. All rows meet the candidates of a step as one tile in float32: that gives the rows which may come
 * closer, with all that do among them, and what each candidate takes off, give or take a bound. Strict distances are for
 * those rows alone. The record is mirrored by `src/ml/kernels/wasm/seed.ts`; the plan's `output` points to it, its
 * `centers` are the candidates.
 */
@unmanaged
export class Seed {
  /** float64 a row: strict squared distance to the closest chosen row. */
  closest: usize;
  /** float32 a row: squared length of a row less the middle. */
  squares: usize;
  /** uint8 a row: a bit a candidate, set where it may be closer than `closest`. */
  masks: usize;
  /** float64, what a phase gives out. */
  results: usize;
  /** float64 a stretch: its mass. */
  sums: usize;
  /** float64: what masses are rounded by, see `src/ml/kernels/potential.ts`. */
  magnet: usize;
  /** Candidates that the rows meet, at most 8. */
  count: i32;
  /** Whether rows are read where they lie. */
  direct: i32;
  /** The candidate that a phase adds. */
  chosen: i32;
  // See bytes.ts:
  /** uint8, rows x columns. */
  bytes: usize;
  /** int32 x 8, squared lengths of the candidates; then int16, [four candidates][eight columns][4][8], padded with zeros. */
  lines: usize;
  /** int32, rows x 8: squared distances to the candidates, in units. */
  distances: usize;
  /** Whether `squares` are still to be taken: here they are int32, squared lengths in units. */
  begin: i32;
  // float32 from here: the screen's error is at most ofNorm x |x| + ofSquares x (|x|^2 + closest) + fixed
  ofNorm: f32;
  ofSquares: f32;
  fixed: f32;
  /** The power of two that values packed in bytes are multiples of. */
  unit: f32;
}

/** A weight of which float32 tells nothing. */
const FAINT: f64 = 1e-30;
/** Rows whose masses are added up as one, and such stretches that a phase's item takes. */
export const STRETCH = 256;
export const STRETCHES = 16;

/** A mass in whole units of what float64 tells apart at the magnet. */
// @ts-ignore: decorator
@inline
export function rounded(mass: f64, magnet: f64): f64 {
  return mass + magnet - magnet;
}

// @ts-ignore: decorator
@inline
function seedOf(plan: Plan): Seed {
  return changetype<Seed>(plan.output);
}

/** Phase, one a chunk: squared lengths of its rows; none is chosen yet, so that any may come closer to the first. */
export function seedBegin(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const end = rowsFrom(plan, chunk + 1);
  for (let row = rowsFrom(plan, chunk); row < end; row++) {
    store<f32>(seed.squares + (<usize>row << 2), center(plan, row, lineOf(base)));
    store<f64>(seed.closest + (<usize>row << 3), Infinity);
    store<u8>(seed.masks + <usize>row, 255);
  }
}

/** Phase, one a chunk: its rows meet the candidates. `results` get 8 gains and 8 bounds on their error a chunk. */
export function seedMeet(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const zero = f64x2.splat(0);
  let g0 = zero, g1 = zero, g2 = zero, g3 = zero, e0 = zero, e1 = zero, e2 = zero, e3 = zero;
  const end = rowsFrom(plan, chunk + 1);
  for (let row = rowsFrom(plan, chunk); row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    meetBlock(plan, base, row, count, seed.direct, <i32>(seed.count <= 4));
    weigh(plan, seed, base, row, count);
    g0 = f64x2.add(g0, f64x2.promote_low_f32x4(gainLow));
    g1 = f64x2.add(g1, f64x2.promote_low_f32x4(upper(gainLow)));
    g2 = f64x2.add(g2, f64x2.promote_low_f32x4(gainHigh));
    g3 = f64x2.add(g3, f64x2.promote_low_f32x4(upper(gainHigh)));
    e0 = f64x2.add(e0, f64x2.promote_low_f32x4(doubtLow));
    e1 = f64x2.add(e1, f64x2.promote_low_f32x4(upper(doubtLow)));
    e2 = f64x2.add(e2, f64x2.promote_low_f32x4(doubtHigh));
    e3 = f64x2.add(e3, f64x2.promote_low_f32x4(upper(doubtHigh)));
  }
  const out = seed.results + (<usize>chunk << 7);
  v128.store(out, g0); v128.store(out, g1, 16); v128.store(out, g2, 32); v128.store(out, g3, 48);
  v128.store(out, e0, 64); v128.store(out, e1, 80); v128.store(out, e2, 96); v128.store(out, e3, 112);
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** What {@link weigh} adds up, a lane a candidate. One instance is one thread's. */
let gainLow: v128 = f32x4.splat(0);
let gainHigh: v128 = f32x4.splat(0);
let doubtLow: v128 = f32x4.splat(0);
let doubtHigh: v128 = f32x4.splat(0);

/** The screened values of a block beside what its rows have: masks, gains and their doubt. */
function weigh(plan: Plan, seed: Seed, base: usize, first: i32, count: i32): void {
  const used = (1 << seed.count) - 1;
  const ofNorm = f32x4.splat(seed.ofNorm), ofSquares = f32x4.splat(seed.ofSquares), fixed = f32x4.splat(seed.fixed);
  const zero = f32x4.splat(0);
  let values = screenedOf(base, plan);
  let g0 = zero, g1 = zero, u0 = zero, u1 = zero;
  for (let r = 0; r < count; r += 4) {
    const row = <usize>(first + r);
    const closest = closestFour(seed, row);
    const square = v128.load(seed.squares + (row << 2));
    const bar = f32x4.sub(closest, square);
    const error = f32x4.add(
      f32x4.add(f32x4.mul(ofNorm, f32x4.sqrt(square)), f32x4.mul(ofSquares, f32x4.add(square, closest))),
      fixed,
    );
    const limit = f32x4.add(bar, error);
    const rows = min(4, count - r);
    for (let i = 0; i < rows; i++, values += 32) {
      const l = lane(limit, i);
      const v0 = v128.load(values), v1 = v128.load(values, 16);
      // Written so that a value that is not a number stays in.
      const far0 = f32x4.gt(v0, l), far1 = f32x4.gt(v1, l);
      const mask = ~(i32x4.bitmask(far0) | (i32x4.bitmask(far1) << 4)) & used;
      store<u8>(seed.masks + row + <usize>i, <u8>mask);
      if (!mask) continue;
      const b = lane(bar, i);
      let e = lane(error, i);
      let x0 = f32x4.pmax(zero, f32x4.sub(b, v0)), x1 = f32x4.pmax(zero, f32x4.sub(b, v1));
      if (plan.weights) {
        const weight = load<f64>(plan.weights + ((row + <usize>i) << 3));
        const w = f32x4.splat(<f32>weight);
        x0 = f32x4.mul(w, x0);
        x1 = f32x4.mul(w, x1);
        // What float32 hardly holds is left to float64.
        e = weight < FAINT && weight != 0 ? f32x4.splat(Infinity) : f32x4.mul(w, e);
      }
      g0 = f32x4.add(g0, x0);
      g1 = f32x4.add(g1, x1);
      u0 = f32x4.add(u0, v128.andnot(e, far0));
      u1 = f32x4.add(u1, v128.andnot(e, far1));
    }
  }
  gainLow = g0;
  gainHigh = g1;
  doubtLow = u0;
  doubtHigh = u1;
}

/** `closest` of four rows as float32. */
// @ts-ignore: decorator
@inline
function closestFour(seed: Seed, row: usize): v128 {
  const at = seed.closest + (row << 3);
  const low = f32x4.demote_f64x2_zero(v128.load(at)), high = f32x4.demote_f64x2_zero(v128.load(at, 16));
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
function lane(v: v128, i: i32): v128 {
  if (i == 0) return i8x16.shuffle(v, v, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
  if (i == 1) return i8x16.shuffle(v, v, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  if (i == 2) return i8x16.shuffle(v, v, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
  return i8x16.shuffle(v, v, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}

/** Rows that wait for their strict distances. One instance is one thread's. */
let row0: i32 = 0;
let row1: i32 = 0;
let row2: i32 = 0;
let row3: i32 = 0;
let waiting: i32 = 0;

/** Takes a row in; whether there are four now. */
// @ts-ignore: decorator
@inline
function wait(row: i32): bool {
  row0 = row1;
  row1 = row2;
  row2 = row3;
  row3 = row;
  return ++waiting == 4;
}

/** The strict distances of those that wait, the last of which stands for those that are missing. */
// @ts-ignore: decorator
@inline
function measureWaiting(plan: Plan, c: i32): void {
  for (; waiting < 4; waiting++) {
    row0 = row1;
    row1 = row2;
    row2 = row3;
  }
  waiting = 0;
  strictFour(plan, c, row0, row1, row2, row3);
}

// @ts-ignore: decorator
@inline
function approach(seed: Seed, row: i32, d2: f64): void {
  const at = seed.closest + (<usize>row << 3);
  if (d2 < load<f64>(at)) store<f64>(at, d2);
}

function approachAll(plan: Plan, seed: Seed): void {
  measureWaiting(plan, seed.chosen);
  approach(seed, row0, f64x2.extract_lane(strictLow, 0));
  approach(seed, row1, f64x2.extract_lane(strictLow, 1));
  approach(seed, row2, f64x2.extract_lane(strictHigh, 0));
  approach(seed, row3, f64x2.extract_lane(strictHigh, 1));
}

/** Phase, one a chunk: `closest` of the rows that may come closer to the chosen candidate. */
export function seedAdd(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const bits: u64 = 0x0101010101010101 << seed.chosen;
  const end = rowsFrom(plan, chunk + 1);
  waiting = 0;
  for (let row = rowsFrom(plan, chunk); row < end; row += 8) {
    // Masks are padded, so that eight can be read anywhere.
    let found = load<u64>(seed.masks + <usize>row) & bits;
    if (end - row < 8) found &= (<u64>1 << (<u64>(end - row) << 3)) - 1;
    for (; found; found &= found - 1) if (wait(row + <i32>(ctz(found) >> 3))) approachAll(plan, seed);
  }
  if (waiting) approachAll(plan, seed);
}

let gain: f64 = 0;

// @ts-ignore: decorator
@inline
function take(plan: Plan, seed: Seed, row: i32, d2: f64): void {
  const closest = load<f64>(seed.closest + (<usize>row << 3));
  const magnet = load<f64>(seed.magnet);
  if (d2 < closest) gain += rounded(weightOf(plan, row) * closest, magnet) - rounded(weightOf(plan, row) * d2, magnet);
}

/** Takes those that wait in; their gains are whole units, which add up alike in any order. */
function takeAll(plan: Plan, seed: Seed, c: i32): void {
  const missing = 4 - waiting;
  measureWaiting(plan, c);
  take(plan, seed, row0, f64x2.extract_lane(strictLow, 0));
  if (missing < 3) take(plan, seed, row1, f64x2.extract_lane(strictLow, 1));
  if (missing < 2) take(plan, seed, row2, f64x2.extract_lane(strictHigh, 0));
  if (missing < 1) take(plan, seed, row3, f64x2.extract_lane(strictHigh, 1));
}

/** Phase, one a candidate and run of stretches: strictly what the candidate would take off each; to `results`. */
export function seedGains(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const stretches = (plan.rows + STRETCH - 1) / STRETCH;
  const runs = (stretches + STRETCHES - 1) / STRETCHES;
  const c = item / runs;
  const from = (item - c * runs) * STRETCHES;
  const bits: u64 = 0x0101010101010101 << c;
  const results = seed.results + (<usize>(c * stretches) << 3);
  for (let s = from; s < min(stretches, from + STRETCHES); s++) {
    const end = min(plan.rows, (s + 1) * STRETCH);
    gain = 0;
    waiting = 0;
    for (let row = s * STRETCH; row < end; row += 8) {
      let found = load<u64>(seed.masks + <usize>row) & bits;
      if (end - row < 8) found &= (<u64>1 << (<u64>(end - row) << 3)) - 1;
      for (; found; found &= found - 1) if (wait(row + <i32>(ctz(found) >> 3))) takeAll(plan, seed, c);
    }
    if (waiting) takeAll(plan, seed, c);
    store<f64>(results + (<usize>s << 3), gain);
  }
}

/** Masses of two rows. */
// @ts-ignore: decorator
@inline
function massOfTwo(plan: Plan, seed: Seed, row: usize): v128 {
  const closest = v128.load(seed.closest + (row << 3));
  return plan.weights ? f64x2.mul(v128.load(plan.weights + (row << 3)), closest) : closest;
}

// @ts-ignore: decorator
@inline
function massOf(plan: Plan, seed: Seed, row: usize): f64 {
  return weightOf(plan, <i32>row) * load<f64>(seed.closest + (row << 3));
}

/** Phase, one a run of stretches: their masses in whole units, to `sums`. */
export function seedMasses(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const magnet = load<f64>(seed.magnet);
  const two = f64x2.splat(magnet);
  const end = <usize>min(plan.rows, (item + 1) * STRETCHES * STRETCH);
  let out = seed.sums + (<usize>(item * STRETCHES) << 3);
  for (let start = <usize>(item * STRETCHES * STRETCH); start < end; start += STRETCH, out += 8) {
    const stop = min(end, start + STRETCH);
    let a = f64x2.splat(0), b = a;
    let row = start;
    for (; row + 4 <= stop; row += 4) {
      a = f64x2.add(a, f64x2.sub(f64x2.add(massOfTwo(plan, seed, row), two), two));
      b = f64x2.add(b, f64x2.sub(f64x2.add(massOfTwo(plan, seed, row + 2), two), two));
    }
    a = f64x2.add(a, b);
    let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
    for (; row < stop; row++) sum += rounded(massOf(plan, seed, row), magnet);
    store<f64>(out, sum);
  }
}

/** Phase, one a run of stretches: the largest of their masses, to `sums`. */
export function seedLargest(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = seedOf(plan);
  const end = <usize>min(plan.rows, (item + 1) * STRETCHES * STRETCH);
  let most: f64 = 0;
  for (let row = <usize>(item * STRETCHES * STRETCH); row < end; row++) most = max(most, massOf(plan, seed, row));
  store<f64>(seed.sums + (<usize>item << 3), most);
}
