import { packedOf } from './block';
import { choose } from './choose';
import { recall, snapshotOf } from './memo';
import { storeBound, storeOwn } from './matrix';
import { relabel, stamp } from './moves';
import { Plan } from './plan';
import { U } from './simd';
import { Sketch } from './sketch';

/** Centres that a row's sketch may leave at most. */
export const MOST = 256;

/** What a row is left between, where packed rows begin: centres, int32 · sketched values, float64 · their lower ends, float64. */
// @ts-ignore: decorator
@inline
export function listOf(plan: Plan, base: usize): usize {
  return packedOf(base, plan);
}
// @ts-ignore: decorator
@inline
export function sketchedOf(plan: Plan, base: usize): usize {
  return packedOf(base, plan) + (MOST << 2);
}

/**
 * A row that its sketch leaves between `count` listed centres and one more after them: what full distances have told about
 * it before, then full distances, decide.
 * @param error what the values may be off by besides what lies beside the directions
 * @param beyond what all other centres are farther than
 */
export function narrow(plan: Plan, sketch: Sketch, base: usize, first: i32, row: i32, count: i32, error: f64, beyond: f64): void {
  const list = listOf(plan, base);
  const sketched = sketchedOf(plan, base);
  const lows = sketched + (MOST << 3);
  const record = sketch.records + <usize>row * <usize>sketch.pitch;
  const beside = <f64>load<f32>(record, 4);
  const lost = <f64>load<f32>(record, 8);
  const norm = <f64>load<f32>(record, 12);
  const square = norm * norm;
  const known = sketch.memo ? besides(plan, sketch, norm, lost) : Infinity;
  const ofRest = 2.000002 * beside;
  const ofWhole = 2.000002 * lost * <f64>sketch.spread;
  const loose = looseOf(plan, square);
  let bar: f64 = Infinity;
  for (let i = 0; i <= count; i++) {
    const c = load<i32>(list + (<usize>i << 2));
    const rest = beside * <f64>load<f32>(sketch.rests + (<usize>c << 2));
    const value = load<f64>(sketched + (<usize>i << 3));
    // It went through float32 once more, it may be.
    const rounded = 4 * U * (abs(value) + 2 * rest);
    let middle = value;
    let radius = rest + error + rounded;
    const entry = sketch.memo ? recall(sketch, row, c) : 0;
    if (entry) {
      const correction = <f64>load<f32>(entry);
      const snapshot = snapshotOf(sketch, entry);
      const whole = <f64>load<f32>(plan.moved + ((snapshot * (<usize>plan.tiles << 3) + <usize>c) << 2));
      const aside = <f64>load<f32>(sketch.restMoved + ((snapshot * <usize>plan.k + <usize>c) << 2));
      const narrower = known + loose + ofRest * aside + ofWhole * whole + 2 * rounded + 2 * U * abs(correction);
      if (narrower < radius) {
        middle += correction;
        radius = narrower;
      }
    }
    store<f64>(lows + (<usize>i << 3), middle - radius);
    if (plan.matrix) storeBound(plan, row, c, sqrt(max(0, square + middle - radius - loose)));
    // What is not a number stays in.
    if (middle + radius < bar) bar = middle + radius;
  }
  let left = 0;
  let others: f64 = Infinity;
  for (let i = 0; i <= count; i++) {
    const low = load<f64>(lows + (<usize>i << 3));
    if (low > bar) {
      others = min(others, low);
      continue;
    }
    store<i32>(list + (<usize>left << 2), load<i32>(list + (<usize>i << 2)));
    store<f64>(sketched + (<usize>left << 3), load<f64>(sketched + (<usize>i << 3)));
    left++;
  }
  const best = load<i32>(list + (<usize>(left - 1) << 2));
  const bound = min(beyond, sqrt(max(0, square + others - loose)));
  if (left > 1) {
    choose(plan, base, first, row, best, list, left - 1, bound, sketched);
    return;
  }
  if (plan.matrix) storeOwn(plan, row, best);
  stamp(plan, row, bound, sqrt(max(0, square + bar + loose)));
  relabel(plan, base, first, row, best);
}

/** The length of a row was rounded up: how far its square may be off. */
// @ts-ignore: decorator
@inline
export function looseOf(plan: Plan, square: f64): f64 {
  return (<f64>plan.columns + 32) * 4 * U * square;
}

/**
 * What a corrected value may be off by, but for what its centre has moved: the losses of the centres then and now, what
 * float32 lost in both sketches, and what the full distance was uncertain by.
 */
function besides(plan: Plan, sketch: Sketch, norm: f64, lost: f64): f64 {
  const C = <f64>plan.reach;
  const errorMost = <f64>sketch.errorMost;
  const loose = (<f64>plan.columns / 8 + 12) * U;
  const slip = 1.02 * U * (norm + C + <f64>plan.away) + 1e-20;
  const length = (norm + C) * 1.00001;
  const measured = 2.1 * length * (loose * length + slip) + 4 * slip * slip;
  const coarse = 4 * errorMost * (<f64>sketch.spread * norm + lost);
  return (coarse + measured + 2 * U * (8 * C + 32 * norm) * C) * 1.000001 + 1e-37;
}
