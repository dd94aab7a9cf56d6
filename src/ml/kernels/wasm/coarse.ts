import { roundedUp, type Centers } from './centers.js';
import type { Table } from './table.js';

/** Columns between which a screen in 8 bits pays; beyond the upper bound its sums could leave 32 bits. */
const LEAST_COLUMNS = 32;
const MOST_COLUMNS = 100_000;

/**
 * The centres in 8 bits for a first screen, see `assembly/coarse.ts`, in the plan from now on; nothing there where it does
 * not pay.
 */
export function takeCoarse(table: Table, { tiles, scratch }: Centers, k: number, sample: Float64Array): void {
  const { arena, columns, crew } = table;
  if (crew.build !== 'wasm-relaxed-simd' || columns < LEAST_COLUMNS || columns > MOST_COLUMNS || k < 2) {
    table.write({ coarse: 0 });
    return;
  }
  const lanes = 8 * tiles;
  const away = plainly(table, sample);
  table.write({
    coarsePlain: away === null ? 0 : 1,
    coarseAway: away ?? 0,
    coarseNorms: arena.take(4 * lanes),
    coarseLengths: arena.take(4 * lanes),
    coarseLosses: arena.take(4 * lanes),
    coarse: arena.take(crew.exports.coarseBytes(columns, tiles)),
    coarseStarts: arena.take(4 * lanes),
    coarseSteps: arena.take(4 * lanes),
    lines: arena.take(4 * k * 8 * Math.ceil(columns / 8)),
  });
  table.phase('packCoarse', tiles, 8 * k, scratch);
  table.phase('lineUp', k, k, scratch);
}

/**
 * Whether rows are best packed as they lie: what rounding to 127 steps takes off the values that are not 0, beside what 63
 * steps either side of the middle do to all of them.
 * @returns the length of the middle; null where they are not
 */
function plainly({ arena, columns, wide, middle }: Table, sample: Float64Array): number | null {
  if (wide || columns % 8 !== 0) return null;
  const means = arena.f32(middle, columns);
  let [asTheyLie, lessMiddle] = [0, 0];
  for (let from = 0; from < sample.length; from += columns) {
    let [most, farthest, filled, negative] = [0, 0, 0, 0];
    for (let j = 0; j < columns; j++) {
      const value = sample[from + j];
      most = Math.max(most, value);
      negative = Math.min(negative, value);
      farthest = Math.max(farthest, Math.abs(value - means[j]));
      if (value !== 0) filled++;
    }
    asTheyLie += (most / 127) * Math.sqrt(filled) - negative * Math.sqrt(12);
    lessMiddle += (farthest / 63) * Math.sqrt(columns);
  }
  if (!(asTheyLie <= lessMiddle)) return null;
  return roundedUp(Math.sqrt(means.reduce((sum, value) => sum + value * value, 0)) * (1 + 2 ** -20));
}
