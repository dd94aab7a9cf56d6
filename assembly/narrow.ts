import { packedOf } from './block';
import { choose } from './choose';
import { recall, snapshotOf } from './memo';
import { relabel, stamp } from './moves';
import { Plan } from './plan';
import { U } from './simd';
import { Sketch } from './sketch';

/** Centres that a row's sketch may leave at most. */
export const MOST = 256;

/**
 * A row that its sketch leaves between centre `place` and `count` listed ones (int32, where packed rows begin): what full
 * distances have told about it before, then full distances, decide.
 * @param values what sketches gave, less what they may be off by; `least` is that of `place`, and more instead of less
 * @param error what all of them may be off by besides
 * @param beyond what the values of all other centres are above
 */
export function narrow(
  plan: Plan,
  sketch: Sketch,
  base: usize,
  first: i32,
  row: i32,
  place: i32,
  values: usize,
  least: f32,
  count: i32,
  error: f64,
  beyond: f64,
): void {
  const list = packedOf(base, plan);
  store<i32>(list + (<usize>count << 2), place);
  const sketched = list + (MOST << 2);
  const lows = sketched + (MOST << 3);
  const record = sketch.records + <usize>row * <usize>sketch.pitch;
  const beside = <f64>load<f32>(record, 4);
  const lost = <f64>load<f32>(record, 8);
  const norm = <f64>load<f32>(record, 12);
  const square = norm * norm;
  const known = sketch.memo ? besides(plan, sketch, norm, lost) : Infinity;
  const ofRest = 2.000002 * beside;
  const ofWhole = 2.000002 * lost * <f64>sketch.spread;
  // The length itself was rounded up, by little.
  const loose = (<f64>plan.columns + 32) * 4 * U * square;
  let bar: f64 = Infinity;
  for (let i = 0; i <= count; i++) {
    const c = load<i32>(list + (<usize>i << 2));
    const rest = <f64>restOf(sketch, c, beside);
    const value = i < count ? <f64>load<f32>(values + (<usize>c << 2)) + rest : <f64>least - rest;
    // Both were rounded to float32.
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
    store<f64>(sketched + (<usize>i << 3), value);
    store<f64>(lows + (<usize>i << 3), middle - radius);
    // A value that is not a number never gets here: the errors are finite.
    if (middle + radius < bar) bar = middle + radius;
  }
  let left = 0;
  let others = beyond;
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
  const bound = sqrt(max(0, square + others - loose));
  if (left > 1) {
    choose(plan, base, first, row, best, list, left - 1, bound, sketched);
    return;
  }
  stamp(plan, row, bound, sqrt(max(0, square + bar + loose)));
  relabel(plan, base, first, row, best);
}

/** What a sketched value may be off by because of what lies beside the directions. */
// @ts-ignore: decorator
@inline
function restOf(sketch: Sketch, c: i32, beside: f64): f64 {
  return beside * <f64>load<f32>(sketch.rests + (<usize>c << 2));
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
