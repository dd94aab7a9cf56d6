import { BLOCK, pack, takeRows } from './block';
import { nearestByCells } from './cells';
import { rowsFrom } from './chunks';
import { Plan } from './plan';
import { awaitValues, magnitude } from './scan';
import { nearestOf } from './screen';
import { distancesOf } from './strict';
import { products } from './tile';

/**
 * Phase, one a chunk: the nearest centre of every row, to `labels`, as soon as the rows are there; the distance to it
 * (float64, no square) to `output` unless that is 0; the largest magnitude, not a number where a value is not finite, to
 * `output2` (float64, one a chunk). Up to three columns `packed` holds the centres as a list of boxes.ts.
 */
export function nearestRows(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const end = rowsFrom(plan, chunk + 1);
  const flat = d < 4;
  let largest: f64 = 0;
  for (let row = rowsFrom(plan, chunk); row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    awaitValues(plan, <usize>(row + count) * d);
    const most = magnitude(plan, <usize>row * d, <usize>count * d);
    largest = max<f64>(largest, most);
    // Whoever called refuses them all.
    if (most != most) continue;
    if (flat) {
      nearestByCells(plan, base, row, row + count);
    } else {
      takeRows(base, row, count);
      pack(plan, base, (count + 3) & ~3);
      products(plan, base, count);
      for (let r = 0; r < count; r++) store<i32>(plan.labels + (<usize>(row + r) << 2), nearestOf(plan, base, r, row + r));
    }
    if (plan.output) {
      distancesOf(plan, row, row + count);
      let at = plan.output + (<usize>row << 3);
      const stop = at + (<usize>count << 3);
      for (; at + 16 <= stop; at += 16) v128.store(at, f64x2.sqrt(v128.load(at)));
      if (at < stop) store<f64>(at, sqrt(load<f64>(at)));
    }
  }
  store<f64>(plan.output2 + (<usize>chunk << 3), largest);
}
