import { CLEAR, far, measure, measureFrom, near } from './distance';
import { learn } from './memo';
import { storeBound, storeOwn } from './matrix';
import { relabel, stamp } from './moves';
import { Plan } from './plan';
import { strict } from './strict';

/**
 * The nearest of centre `best` and those of a list, by distances in full, and strictly where they are close.
 * @param beyond what all other centres are farther than
 * @param sketched float64, what the sketches gave for those of the list and then for `best`; 0 where there are none
 */
export function choose(plan: Plan, base: usize, first: i32, row: i32, best: i32, list: usize, count: i32, beyond: f64, sketched: usize): void {
  measureFrom(plan, base, row);
  measure(plan, best);
  if (sketched) {
    learn(plan, row, best, load<f64>(sketched + (<usize>count << 3)));
    if (plan.matrix) storeBound(plan, row, best, near);
  }
  let bestNear = near;
  let bestFar = far;
  let bestStrict: f64 = -1;
  let other = beyond;
  for (let i = 0; i < count; i++) {
    const c = load<i32>(list + (<usize>i << 2));
    measure(plan, c);
    if (sketched) {
      learn(plan, row, c, load<f64>(sketched + (<usize>i << 3)));
      if (plan.matrix) storeBound(plan, row, c, near);
    }
    let closer = far * (1 + CLEAR) < bestNear;
    let d2: f64 = -1;
    if (!closer && near <= bestFar * (1 + CLEAR)) {
      if (bestStrict < 0) bestStrict = strict(plan, row, best);
      d2 = strict(plan, row, c);
      closer = d2 < bestStrict || (d2 == bestStrict && c < best);
    }
    if (!closer) {
      other = min(other, near);
      continue;
    }
    other = min(other, bestNear);
    best = c;
    bestNear = near;
    bestFar = far;
    bestStrict = d2;
  }
  if (sketched && plan.matrix) storeOwn(plan, row, best);
  stamp(plan, row, other, bestFar);
  relabel(plan, base, first, row, best);
}
