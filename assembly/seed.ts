import { PARTITIONS, partitionStart, Plan } from './plan';
import { strict } from './strict';
import { weightOf } from './sums';

/**
 * Seeding: `output` holds the squared distance of every row to the closest chosen row (float64), `output2` a partition's
 * mass or its gains. The chosen or candidate rows stand as centres.
 */

/** Phase, one a partition: the chosen row, centre 0, brings `closest` and the masses up to date. */
export function seedAdd(planAt: usize, p: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const end = partitionStart(plan.rows, p + 1);
  let mass: f64 = 0;
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const at = plan.output + (<usize>row << 3);
    let closest = load<f64>(at);
    const d2 = strict(plan, row, 0);
    if (d2 < closest) {
      closest = d2;
      store<f64>(at, d2);
    }
    mass += weightOf(plan, row) * closest;
  }
  store<f64>(plan.output2 + (<usize>p << 3), mass);
}

/** Phase, one a candidate and partition: what the candidate would take off. */
export function seedGains(planAt: usize, item: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const c = item / PARTITIONS;
  const p = item - c * PARTITIONS;
  const end = partitionStart(plan.rows, p + 1);
  let gain: f64 = 0;
  for (let row = partitionStart(plan.rows, p); row < end; row++) {
    const closest = load<f64>(plan.output + (<usize>row << 3));
    const d2 = strict(plan, row, c);
    if (d2 < closest) gain += weightOf(plan, row) * (closest - d2);
  }
  store<f64>(plan.output2 + (<usize>item << 3), gain);
}
