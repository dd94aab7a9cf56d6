import { rowsFrom } from './chunks';
import { Plan } from './plan';
import { SCANNED } from './scan';
import { Seed, STRETCH, STRETCHES } from './seed';
import { dot16 } from './simd';
import { weightOf } from './sums';

/**
 * Tables whose values are whole multiples of one power of two within a range of 256, as pixels, counts and ratings are,
 * packed without loss in 8 bits: a quarter or an eighth of what is read otherwise. Squared distances of such rows are whole
 * numbers of that power's square, below 2^31: integers give the strict ones, to the bit.
 */

/** How values are packed: value = (byte + low) x unit. Mirrored by `src/ml/kernels/wasm/bytes.ts`. */
@unmanaged
export class Packing {
  unit: f64;
  low: f64;
  /** uint8 a value. */
  bytes: usize;
  /** Set where a value is not of this form; from then on nothing is packed. */
  failed: i32;
  /** uint8 a chunk, set where its values have given way to its bytes, at their beginning; 0 where bytes go elsewhere. */
  inPlace: usize;
}

/** Phase, one a chunk of values: packs them as `output2` says. */
export function packBytes(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const from = <usize>chunk * SCANNED;
  pack(plan, from, min<usize>(SCANNED, <usize>plan.rows * <usize>plan.columns - from));
}

function hasMinusZero(at: usize, count: usize): bool {
  const zero = i32x4.splat(<i32>0x80000000);
  let found = i32x4.splat(0);
  const end = at + (count << 2);
  for (; at + 16 <= end; at += 16) found = v128.or(found, i32x4.eq(v128.load(at), zero));
  let any: bool = v128.any_true(found);
  for (; at < end; at += 4) any = any || load<u32>(at) == 0x80000000;
  return any;
}

/** Phase, one a chunk of values: takes back what was packed in place. */
export function unpackInPlace(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const packing = changetype<Packing>(plan.output2);
  if (!load<u8>(packing.inPlace + <usize>chunk)) return;
  const from = <usize>chunk * SCANNED;
  const start = plan.values + (from << 2);
  // From the last one on: a value lies at or beyond its byte.
  for (let i = min<usize>(SCANNED, <usize>plan.rows * <usize>plan.columns - from); i > 0; i--) {
    const byte = <f64>load<u8>(start + i - 1);
    store<f32>(start + ((i - 1) << 2), <f32>((byte + packing.low) * packing.unit));
  }
}

const MAGIC32: f32 = 12582912;
const MAGIC64: f64 = 6755399441055744;

/** Packs `count` values from the index `from` on. */
export function pack(plan: Plan, from: usize, count: usize): void {
  const packing = changetype<Packing>(plan.output2);
  // Only to be done sooner: whoever asked looks when all is done.
  if (packing.failed) return;
  if (packing.inPlace) {
    const at = plan.values + (from << 2);
    // What turned out not to fit could not be taken back; and there is no byte for -0.
    const fit = packNarrow(at, count, packing, 0) && !hasMinusZero(at, count);
    if (!fit) packing.failed = 1;
    else {
      packNarrow(at, count, packing, at);
      store<u8>(packing.inPlace + from / SCANNED, 1);
    }
    return;
  }
  const out = packing.bytes + from;
  const fit = plan.wide
    ? packWide(plan.values + (from << 3), count, packing, out)
    : packNarrow(plan.values + (from << 2), count, packing, out);
  if (!fit) packing.failed = 1;
}

/** Whether a value is what its byte says, and the byte. */
// @ts-ignore: decorator
@inline
function packOne(x: f64, packing: Packing, out: usize): bool {
  const whole = nearest(x * (1 / packing.unit));
  const byte = whole - packing.low;
  const fits = whole * packing.unit == x && byte >= 0 && byte <= 255;
  if (fits && out) store<u8>(out, <u8><i32>byte);
  return fits;
}

/** With 0 for `out` it only looks. */
function packNarrow(at: usize, count: usize, packing: Packing, out: usize): bool {
  const unit = f32x4.splat(<f32>packing.unit), inverse = f32x4.splat(<f32>(1 / packing.unit));
  const low = f32x4.splat(<f32>packing.low), magic = f32x4.splat(MAGIC32);
  let same = i32x4.splat(-1);
  let least = f32x4.splat(0), most = least;
  const end = at + (count << 2);
  for (; at + 64 <= end; at += 64) {
    const x0 = v128.load(at), x1 = v128.load(at, 16), x2 = v128.load(at, 32), x3 = v128.load(at, 48);
    const r0 = f32x4.nearest(f32x4.mul(x0, inverse)), r1 = f32x4.nearest(f32x4.mul(x1, inverse));
    const r2 = f32x4.nearest(f32x4.mul(x2, inverse)), r3 = f32x4.nearest(f32x4.mul(x3, inverse));
    // Back again: what was rounded, or is not a number, differs.
    same = v128.and(same, v128.and(f32x4.eq(f32x4.mul(r0, unit), x0), f32x4.eq(f32x4.mul(r1, unit), x1)));
    same = v128.and(same, v128.and(f32x4.eq(f32x4.mul(r2, unit), x2), f32x4.eq(f32x4.mul(r3, unit), x3)));
    const b0 = f32x4.sub(r0, low), b1 = f32x4.sub(r1, low), b2 = f32x4.sub(r2, low), b3 = f32x4.sub(r3, low);
    least = f32x4.pmin(least, f32x4.pmin(f32x4.pmin(b0, b1), f32x4.pmin(b2, b3)));
    most = f32x4.pmax(most, f32x4.pmax(f32x4.pmax(b0, b1), f32x4.pmax(b2, b3)));
    if (!out) continue;
    const a = lowBytes(f32x4.add(b0, magic), f32x4.add(b1, magic));
    const b = lowBytes(f32x4.add(b2, magic), f32x4.add(b3, magic));
    v128.store(out, i64x2.shuffle(a, b, 0, 2));
    out += 16;
  }
  const within = v128.and(f32x4.ge(least, f32x4.splat(0)), f32x4.le(most, f32x4.splat(255)));
  let fits: bool = i32x4.all_true(v128.and(same, within));
  for (; at < end; at += 4) {
    fits = packOne(<f64>load<f32>(at), packing, out) && fits;
    if (out) out++;
  }
  return fits;
}

function packWide(at: usize, count: usize, packing: Packing, out: usize): bool {
  const unit = f64x2.splat(packing.unit), inverse = f64x2.splat(1 / packing.unit);
  const low = f64x2.splat(packing.low), magic = f64x2.splat(MAGIC64);
  let same = i64x2.splat(-1);
  let least = f64x2.splat(0), most = least;
  const end = at + (count << 3);
  for (; at + 32 <= end; at += 32, out += 4) {
    const x0 = v128.load(at), x1 = v128.load(at, 16);
    const r0 = f64x2.nearest(f64x2.mul(x0, inverse)), r1 = f64x2.nearest(f64x2.mul(x1, inverse));
    same = v128.and(same, v128.and(f64x2.eq(f64x2.mul(r0, unit), x0), f64x2.eq(f64x2.mul(r1, unit), x1)));
    const b0 = f64x2.sub(r0, low), b1 = f64x2.sub(r1, low);
    least = f64x2.pmin(least, f64x2.pmin(b0, b1));
    most = f64x2.pmax(most, f64x2.pmax(b0, b1));
    const a = f64x2.add(b0, magic), b = f64x2.add(b1, magic);
    v128.store32_lane(out, i8x16.shuffle(a, b, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24), 0);
  }
  const within = v128.and(f64x2.ge(least, f64x2.splat(0)), f64x2.le(most, f64x2.splat(255)));
  let fits: bool = i64x2.all_true(v128.and(same, within));
  for (; at < end; at += 8, out++) fits = packOne(load<f64>(at), packing, out) && fits;
  return fits;
}

// @ts-ignore: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
}

/** Rows that stay in the first-level cache while they meet the candidates, four at a time. */
const BLOCK = 16;

/** Phase, one a chunk: its rows meet up to 8 candidates; squared distances, in units, to `distances`. */
export function bytesMeet(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = changetype<Seed>(plan.output);
  const last = rowsFrom(plan, chunk + 1);
  const group = ((<usize>plan.columns + 7) & ~7) << 3;
  for (let row = rowsFrom(plan, chunk); row < last; row += BLOCK) {
    const end = min(row + BLOCK, last);
    if (seed.begin) for (let r = row; r < end; r++) square(plan, seed, r);
    for (let c = 0; c < seed.count; c += 4) {
      const lines = seed.lines + 32 + <usize>(c >> 2) * group;
      const left = seed.count - c;
      if (left > 3) meetFour(seed, plan.columns, row, end, c, lines, 4);
      else if (left == 3) meetFour(seed, plan.columns, row, end, c, lines, 3);
      else if (left == 2) meetFour(seed, plan.columns, row, end, c, lines, 2);
      else meetFour(seed, plan.columns, row, end, c, lines, 1);
    }
  }
}

/** The squared length of a row, in units, as it is packed. */
function square(plan: Plan, seed: Seed, row: i32): void {
  let p = seed.bytes + <usize>row * <usize>plan.columns;
  const end = p + <usize>plan.columns;
  let sums = i32x4.splat(0);
  for (; p + 8 <= end; p += 8) {
    const x = v128.load_ext<u8>(p);
    sums = dot16(x, x, sums);
  }
  let sum = i32x4.extract_lane(total(sums, sums, sums, sums), 0);
  for (; p < end; p++) {
    const x = <i32>load<u8>(p);
    sum += x * x;
  }
  store<i32>(seed.squares + (<usize>row << 2), sum);
}

/** Two rows after another and `lanes` of four candidates. What is read past a row's end meets zeros. */
// @ts-ignore: decorator
@inline
function meetFour(seed: Seed, columns: i32, row: i32, end: i32, c: i32, lines: usize, lanes: i32): void {
  const d = <usize>columns;
  const stop = lines + (((d + 7) & ~7) << 3);
  const norms = v128.load(seed.lines + (<usize>c << 2));
  for (; row < end; row += 2) {
    const next = min(row + 1, end - 1);
    let p = seed.bytes + <usize>row * d;
    let q = seed.bytes + <usize>next * d;
    const zero = i32x4.splat(0);
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    for (let at = lines; at < stop; at += 64, p += 8, q += 8) {
      const x = v128.load_ext<u8>(p), y = v128.load_ext<u8>(q);
      let z = v128.load(at);
      a0 = dot16(x, z, a0); b0 = dot16(y, z, b0);
      if (lanes > 1) { z = v128.load(at, 16); a1 = dot16(x, z, a1); b1 = dot16(y, z, b1); }
      if (lanes > 2) { z = v128.load(at, 32); a2 = dot16(x, z, a2); b2 = dot16(y, z, b2); }
      if (lanes > 3) { z = v128.load(at, 48); a3 = dot16(x, z, a3); b3 = dot16(y, z, b3); }
    }
    apart(seed, row, c, norms, total(a0, a1, a2, a3));
    apart(seed, next, c, norms, total(b0, b1, b2, b3));
  }
}

/** The sums of four vectors' lanes. */
// @ts-ignore: decorator
@inline
function total(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const high = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i64x2.shuffle(low, high, 0, 2), i64x2.shuffle(low, high, 1, 3));
}

/** |x|^2 + |c|^2 - 2 x.c: sums may go beyond 2^31 on the way and come back. */
// @ts-ignore: decorator
@inline
function apart(seed: Seed, row: i32, c: i32, norms: v128, products: v128): void {
  const squares = i32x4.add(v128.load32_splat(seed.squares + (<usize>row << 2)), norms);
  v128.store(seed.distances + (<usize>row << 5) + (<usize>c << 2), i32x4.sub(squares, i32x4.shl(products, 1)));
}

/** Phase, one a chunk: `closest` of its rows with the chosen candidate. */
export function bytesAdd(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = changetype<Seed>(plan.output);
  const scale = <f64>seed.unit * <f64>seed.unit;
  const end = rowsFrom(plan, chunk + 1);
  for (let row = rowsFrom(plan, chunk); row < end; row++) {
    const d2 = <f64>load<i32>(seed.distances + (<usize>row << 5) + (<usize>seed.chosen << 2)) * scale;
    const at = seed.closest + (<usize>row << 3);
    store<f64>(at, min(load<f64>(at), d2));
  }
}

/** Two masses in whole units. */
// @ts-ignore: decorator
@inline
function rounded2(masses: v128, magnet: v128): v128 {
  return f64x2.sub(f64x2.add(masses, magnet), magnet);
}

/** Phase, one a run of stretches: what each candidate would take off each; to `results`, candidate after candidate. */
export function bytesGains(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const seed = changetype<Seed>(plan.output);
  const scale = f64x2.splat(<f64>seed.unit * <f64>seed.unit);
  const magnet = v128.load64_splat(seed.magnet);
  const stretches = (plan.rows + STRETCH - 1) / STRETCH;
  const pitch = <usize>stretches << 3;
  for (let s = item * STRETCHES; s < min(stretches, (item + 1) * STRETCHES); s++) {
    const end = min(plan.rows, (s + 1) * STRETCH);
    for (let c = 0; c < seed.count; c += 4) {
      let low = f64x2.splat(0), high = low;
      for (let row = s * STRETCH; row < end; row++) {
        const units = v128.load(seed.distances + (<usize>row << 5) + (<usize>c << 2));
        const closest = v128.load64_splat(seed.closest + (<usize>row << 3));
        const w = f64x2.splat(weightOf(plan, row));
        const a = f64x2.mul(f64x2.convert_low_i32x4_s(units), scale);
        const b = f64x2.mul(f64x2.convert_low_i32x4_s(i64x2.shuffle(units, units, 1, 1)), scale);
        const mass = rounded2(f64x2.mul(w, closest), magnet);
        low = f64x2.add(low, f64x2.sub(mass, rounded2(f64x2.mul(w, f64x2.pmin(closest, a)), magnet)));
        high = f64x2.add(high, f64x2.sub(mass, rounded2(f64x2.mul(w, f64x2.pmin(closest, b)), magnet)));
      }
      const out = seed.results + <usize>c * pitch + (<usize>s << 3);
      store<f64>(out, f64x2.extract_lane(low, 0));
      store<f64>(out + pitch, f64x2.extract_lane(low, 1));
      store<f64>(out + 2 * pitch, f64x2.extract_lane(high, 0));
      store<f64>(out + 3 * pitch, f64x2.extract_lane(high, 1));
    }
  }
}
