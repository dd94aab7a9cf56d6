import { PARTITIONS } from './kernel.js';

/** What both kernels say about the masses of a seeding, in one fixed order of sums. */

export function total(masses: Float64Array): number {
  let sum = 0;
  for (const mass of masses) sum += mass;
  return sum;
}

/**
 * Index of the candidate of lowest potential, the first one where they tie.
 * @param gains candidates x {@link PARTITIONS}
 */
export function lowestPotential(potential: number, gains: Float64Array): number {
  let best = 0;
  let lowest = Infinity;
  for (let t = 0; t * PARTITIONS < gains.length; t++) {
    let left = potential;
    for (let p = 0; p < PARTITIONS; p++) left -= gains[t * PARTITIONS + p];
    if (left < lowest) {
      lowest = left;
      best = t;
    }
  }
  return best;
}

/**
 * The first row at which `before` and the mass from `start` on, in row order on top of `within`, exceed `target`; the
 * last row that has any mass where none does.
 */
export function firstBeyond(
  closest: Float64Array,
  weights: Float64Array | null,
  start: number,
  end: number,
  within: number,
  before: number,
  target: number,
): number {
  let last = start;
  for (let i = start; i < end; i++) {
    const mass = weights === null ? closest[i] : weights[i] * closest[i];
    if (mass === 0) continue;
    within += mass;
    last = i;
    if (before + within > target) break;
  }
  return last;
}
