import { BLOCK, pack, takeRows } from './block';
import { nearestByCells } from './by-cells';
import { STEP } from './cells';
import { rowsFrom } from './chunks';
import { beginCount, leftOver, nearestOf8, packRows8, products8 } from './coarse';
import { nearestByLanes } from './lanes';
import { Plan } from './plan';
import { lengthsOfTwo } from './predict';
import { awaitValues, magnitude } from './scan';
import { nearestOf } from './screen';
import { distancesOf } from './strict';
import { products } from './tile';

/** Magnitudes below this have squares that float32 holds. */
const CALM: f64 = 1e17;
/** A block whose screen in 8 bits leaves more than one in so many of the centres sends the rest of its chunk to 16 bits. */
const COARSE_PAYS = 12;

/**
 * Phase, one a chunk: the nearest centre of every row, to `labels`, as soon as the rows are there; the distance to it
 * (float64, no square) to `output` unless that is 0; to `output2` (float64, one a chunk) the largest magnitude of what is
 * so large that float32 holds no square of it, not a number where a value is not finite, else 0. Up to three columns
 * `packed` holds the centres as a list of boxes.ts.
 */
export function nearestRows(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const end = rowsFrom(plan, chunk + 1);
  let largest: f64 = 0;
  let coarse = plan.coarse != 0;
  const lanes = !plan.integer;
  const two = plan.runnerUps != 0;
  // Cells know the nearest alone.
  const few = d < 4 && !two;
  const step = few ? STEP : BLOCK;
  for (let row = rowsFrom(plan, chunk); row < end; row += step) {
    const count = min(step, end - row);
    awaitValues(plan, <usize>(row + count) * d);
    let calm: bool;
    if (few) {
      calm = magnitude(plan, <usize>row * d, <usize>count * d) < CALM;
    } else if (coarse) {
      calm = packRows8(plan, base, row, count);
    } else if (lanes) {
      calm = nearestByLanes(plan, base, row, row + count);
    } else {
      takeRows(base, row, count);
      calm = pack(plan, base, (count + 3) & ~3);
    }
    if (!calm) {
      largest = max<f64>(largest, magnitude(plan, <usize>row * d, <usize>count * d));
      // Whoever called refuses them all.
      if (largest != largest) continue;
    }
    const labels = plan.labels + (<usize>row << 2);
    if (few) {
      nearestByCells(plan, base, row, row + count);
    } else if (coarse) {
      products8(plan, base, count);
      beginCount();
      for (let r = 0; r < count; r++) store<i32>(labels + (<usize>r << 2), nearestOf8(plan, base, r, row + r));
      coarse = leftOver * COARSE_PAYS <= count * plan.k;
    } else if (!lanes) {
      products(plan, base, count);
      if (two) for (let r = 0; r < count; r++) lengthsOfTwo(plan, base, r, row + r);
      else for (let r = 0; r < count; r++) store<i32>(labels + (<usize>r << 2), nearestOf(plan, base, r, row + r));
    }
    if (plan.output && !two) {
      let at = plan.output + (<usize>row << 3);
      distancesOf(plan, row, row + count, at);
      const stop = at + (<usize>count << 3);
      for (; at + 16 <= stop; at += 16) v128.store(at, f64x2.sqrt(v128.load(at)));
      if (at < stop) store<f64>(at, sqrt(load<f64>(at)));
    }
  }
  store<f64>(plan.output2 + (<usize>chunk << 3), largest);
}
