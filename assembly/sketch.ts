import { BLOCK, lostOf, pack, packedOf, packedPitch, quantise, REACH, roundingOf, scalesOf, screenedOf, squaresOf, takeRows } from './block';
import { rowsFrom } from './chunks';
import { Plan } from './plan';
import { sum4, U, up } from './simd';
import { products16, products32 } from './tile';

/**
 * Many columns: of every row there is a sketch, its coordinates z along a few directions B in which the rows spread most,
 * and the length of what lies beside them. With y = x - m and a centre c = m + B g + r, r across all of B,
 * y.(c - m) = z.g + (y - B z).r, so that the sketches give the products to |y - B z| |r|. Mirrored by
 * `src/ml/kernels/wasm/sketch.ts`.
 */
@unmanaged
export class Sketch {
  /** Records of the rows: step of z, float32 · length beside B, float32 · bound on the error of z, float32 · 0 · z, int16. */
  records: usize;
  /** Bytes of a record. */
  pitch: i32;
  /** Directions, a multiple of 8. */
  width: i32;
  /** float64, columns x width. */
  basis: usize;
  /** float64, width x width: the inverse of the directions' Gram matrix. */
  inverse: usize;
  /** The directions as tiles of int16, and -2 x their steps. */
  basisPacked: usize;
  basisSteps: usize;
  /** float32 zeros. */
  zeros: usize;
  /** The centres' g as tiles of int16, -2 x their steps, their squared norms, and 2 |r|. */
  packed: usize;
  steps: usize;
  norms: usize;
  rests: usize;
  /** int16, centres x width: the same integers row by row. */
  lines: usize;
  /** float64 a centre: how far g is from its packed form. */
  losses: usize;
  // For `multiply`: height x inner and inner x (8 x tiles) float32, the second one in tiles [inner][8].
  left: usize;
  right: usize;
  product: usize;
  height: i32;
  inner: i32;
  tiles: i32;
  /** See memo.ts; 0 where there is none. */
  memo: usize;
  /** The current iteration, below 2^16. */
  iteration: i32;
  /** Snapshots, a power of two; an iteration's is its number modulo this. */
  span: i32;
  /** float64, snapshots x centres x width: the centres' g. */
  places: usize;
  /** float32, snapshots x centres: how far r has moved since, rounded up. */
  restMoved: usize;
  // float32 from here
  /** 1 + the most that lengths change by the directions not being quite orthonormal. */
  spread: f32;
  /** The largest loss. */
  error: f32;
  /** The largest so far. */
  errorMost: f32;
}

/** Bytes of a record before z. */
export const HEAD: usize = 16;

/** Phase, one for 32 rows of `left`: the product of two matrices in float32. */
export function multiply(planAt: usize, item: i32, base: usize): void {
  const sketch = changetype<Sketch>(changetype<Plan>(planAt).sketch);
  const pitch = <usize>sketch.inner << 2;
  const first = item * BLOCK;
  const left = sketch.left + <usize>first * pitch;
  const out = sketch.product + <usize>first * (<usize>sketch.tiles << 5);
  products32(left, pitch, out, min(BLOCK, sketch.height - first), sketch.inner, sketch.right, sketch.zeros, sketch.tiles);
}

/** Phase, one a chunk: the sketches of its rows. */
export function sketchRows(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const sketch = changetype<Sketch>(plan.sketch);
  const width = sketch.width;
  const spread = <f64>sketch.spread;
  const end = rowsFrom(plan, chunk + 1);
  const inexact = 1 + (<f64>plan.columns + 16) * U;
  const values = screenedOf(base, plan);
  for (let row = rowsFrom(plan, chunk); row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    takeRows(base, row, count);
    pack(plan, base, (count + 3) & ~3);
    products16(packedOf(base, plan), packedPitch(plan), scalesOf(base), values, count, sketch.basisPacked, sketch.zeros, sketch.basisSteps, width >> 3);
    for (let r: usize = 0; r < <usize>count; r++) {
      // -2 x the coordinates.
      const line = values + r * (<usize>width << 2);
      let squares = f32x4.splat(0);
      for (let i: usize = 0; i < <usize>width << 2; i += 16) {
        const v = v128.load(line + i);
        squares = f32x4.add(squares, f32x4.mul(v, v));
      }
      const norm = sqrt(<f64>load<f32>(squaresOf(base) + (r << 2))) * inexact + 1e-22;
      const lost = spread * lostOf(plan.columns, load<f32>(scalesOf(base) + (r << 2)), norm);
      const size = sqrt(<f64>sum4(squares)) * 0.5 * (1 + (<f64>width + 16) * U);
      const factor = size > 1e-18 && size < 1e18 ? <f32>(REACH / size) : 0;
      const step = factor > 0 ? <f32>1 / factor : 0;
      const within = max(0, size * (1 - (2 * <f64>width + 40) * U) - lost) / spread;
      const out = sketch.records + (<usize>row + r) * <usize>sketch.pitch;
      const error = lost + 16 * U * size + (factor > 0 ? <f64>step * sqrt(<f64>width) * 0.503 : size);
      store<f32>(out, step);
      store<f32>(out, up(sqrt(max(0, norm * norm - within * within)) * 1.000001), 4);
      store<f32>(out, error < 1e30 ? up(error) : Infinity, 8);
      store<f32>(out, up(norm), 12);
      quantise(line, width, -0.5 * factor, out + HEAD);
    }
  }
}

/** Phase, one a tile of 8 centres: their sketches. Scratch memory holds one centre and its products with B. */
export function sketchCenters(planAt: usize, t: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const sketch = changetype<Sketch>(plan.sketch);
  const d = <usize>plan.columns;
  const width = <usize>sketch.width;
  const y = base;
  const h = y + (d << 3);
  const g = h + (width << 3);
  const tile = sketch.packed + <usize>t * (width << 4);
  memory.fill(tile, 0, width << 4);
  for (let lane: usize = 0; lane < 8; lane++) {
    const c = (<usize>t << 3) + lane;
    if (c >= <usize>plan.k) {
      store<f32>(sketch.norms + (c << 2), f32.MAX_VALUE);
      store<f32>(sketch.steps + (c << 2), 0);
      store<f32>(sketch.rests + (c << 2), 0);
      store<f64>(sketch.losses + (c << 3), 0);
      continue;
    }
    let square: f64 = 0;
    for (let j: usize = 0; j < d; j++) {
      const v = load<f64>(plan.centers + ((c * d + j) << 3)) - <f64>load<f32>(plan.middle + (j << 2));
      store<f64>(y + (j << 3), v);
      square += v * v;
    }
    apply(sketch.basis, width, y, d, h);
    apply(sketch.inverse, width, h, width, g);
    let within: f64 = 0, size: f64 = 0;
    for (let i: usize = 0; i < width; i++) {
      const v = load<f64>(g + (i << 3));
      within += v * load<f64>(h + (i << 3));
      size += v * v;
    }
    if (sketch.memo) memory.copy(placeOf(plan, sketch, plan.now, c), g, width << 3);
    const step = sqrt(size) / REACH;
    const factor = step > 1e-30 ? 1 / step : 0;
    const stored = factor > 0 ? <f32>(-2 * step) : 0;
    const exact = <f64>stored * -0.5;
    let lost: f64 = 0;
    for (let i: usize = 0; i < width; i++) {
      const v = load<f64>(g + (i << 3));
      const q = nearest(v * factor);
      store<i16>(tile + ((i >> 1) << 5) + (lane << 2) + ((i & 1) << 1), <i16><i32>q);
      store<i16>(sketch.lines + ((c * width + i) << 1), <i16><i32>q);
      const e = v - q * exact;
      lost += e * e;
    }
    store<f32>(sketch.norms + (c << 2), <f32>square);
    store<f32>(sketch.steps + (c << 2), stored);
    store<f32>(sketch.rests + (c << 2), up(2.000001 * sqrt(max(0, square - within) + 1e-10 * square)));
    store<f64>(sketch.losses + (c << 3), sqrt(lost) * 1.0000001 + 1e-30);
  }
}

// @ts-ignore: decorator
@inline
function placeOf(plan: Plan, sketch: Sketch, snapshot: i32, c: usize): usize {
  return sketch.places + (((<usize>snapshot * <usize>plan.k + c) * <usize>sketch.width) << 3);
}

/** Phase, one a snapshot: how far what of the centres lies beside the directions has moved since. */
export function displaceRests(planAt: usize, snapshot: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const sketch = changetype<Sketch>(plan.sketch);
  const shrink = max(0, 2 - <f64>sketch.spread) * (1 - 1e-9);
  for (let c: usize = 0; c < <usize>plan.k; c++) {
    const before = placeOf(plan, sketch, snapshot, c);
    const after = placeOf(plan, sketch, plan.now, c);
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < <usize>sketch.width << 3; i += 16) {
      const e = f64x2.sub(v128.load(before + i), v128.load(after + i));
      sum = f64x2.add(sum, f64x2.mul(e, e));
    }
    // g is as exact as float64 is.
    const along = max(0, sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)) - 1e-11 * <f64>plan.reach);
    const whole = <f64>load<f32>(plan.moved + ((<usize>snapshot * (<usize>plan.tiles << 3) + c) << 2));
    const rest = sqrt(max(0, whole * whole - shrink * along * along)) * 1.000001;
    store<f32>(sketch.restMoved + ((<usize>snapshot * <usize>plan.k + c) << 2), up(min(rest, whole)));
  }
}

/** out = the transpose of `matrix`, height x width, times a vector; all float64. */
function apply(matrix: usize, width: usize, vector: usize, height: usize, out: usize): void {
  const pitch = width << 3;
  for (let i: usize = 0; i < width; i += 8) {
    let a = f64x2.splat(0), b = a, c = a, e = a;
    let at = matrix + (i << 3);
    for (let j: usize = 0; j < height; j++, at += pitch) {
      const v = v128.load64_splat(vector + (j << 3));
      a = f64x2.add(a, f64x2.mul(v, v128.load(at)));
      b = f64x2.add(b, f64x2.mul(v, v128.load(at, 16)));
      c = f64x2.add(c, f64x2.mul(v, v128.load(at, 32)));
      e = f64x2.add(e, f64x2.mul(v, v128.load(at, 48)));
    }
    v128.store(out + (i << 3), a);
    v128.store(out + (i << 3), b, 16);
    v128.store(out + (i << 3), c, 32);
    v128.store(out + (i << 3), e, 48);
  }
}

/** What a row's sketched values may be off by besides what lies beside the directions. */
// @ts-ignore: decorator
@inline
export function errorOf(plan: Plan, sketch: Sketch, lost: f64, norm: f64): f64 {
  const C = <f64>plan.centerNorm;
  const spread = <f64>sketch.spread;
  return 2 * (lost * spread * C + (spread * norm + lost) * <f64>sketch.error) + U * (8 * C + 32 * norm) * C + roundingOf(plan.columns, norm, C);
}
