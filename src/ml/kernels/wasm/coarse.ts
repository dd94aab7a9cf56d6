import { roundedUp, type Centers } from './centers.js';
import type { Table } from './table.js';

/** Columns between which a screen in 8 bits pays; beyond the upper bound its sums could leave 32 bits. */
const LEAST_COLUMNS = 32;
const MOST_COLUMNS = 100_000;
/** Columns that are packed together. */
const GROUP = 8;
/** Half of one of the 127 steps to the largest value of a centre. */
const HALF_STEP = 0.5 / 127;

/**
 * The centres in 8 bits for a first screen, see `assembly/coarse.ts`, in the plan from now on; nothing there where it does
 * not pay.
 */
export function takeCoarse(
  table: Table,
  { tiles, scratch }: Centers,
  centers: Float64Array,
  k: number,
  sample: Float64Array,
): void {
  const { arena, columns, crew } = table;
  if (crew.build !== 'wasm-relaxed-simd' || columns < LEAST_COLUMNS || columns > MOST_COLUMNS || k < 2) {
    table.write({ coarse: 0 });
    return;
  }
  const lanes = 8 * tiles;
  const away = plainly(table, sample);
  const groups = telling(table, centers);
  const coarseGroups = arena.take(4 * groups.length);
  arena.i32(coarseGroups, groups.length).set(groups);
  const coarseWidth = GROUP * groups.length;
  table.write({
    coarsePlain: away === null ? 0 : 1,
    coarseAway: away ?? 0,
    coarseNorms: arena.take(4 * lanes),
    coarseLengths: arena.take(4 * lanes),
    coarseLosses: arena.take(4 * lanes),
    coarse: arena.take(coarseWidth * lanes),
    coarseGroups,
    coarseWidth,
    coarseStarts: arena.take(4 * lanes),
    coarseSteps: arena.take(4 * lanes),
    lines: arena.take(4 * k * 8 * Math.ceil(columns / 8)),
  });
  table.phase('packCoarse', tiles, 8 * k, scratch);
  table.phase('lineUp', k, k, scratch);
}

/**
 * The groups of columns in which some centre packs to something: the byte of a line at which each begins. An even number
 * of them: the last may be there twice, and counts once.
 */
function telling({ arena, columns, middle }: Table, centers: Float64Array): number[] {
  const means = arena.f32(middle, columns);
  const tells = new Uint8Array(Math.ceil(columns / GROUP));
  for (let from = 0; from < centers.length; from += columns) {
    let most = 0;
    for (let j = 0; j < columns; j++) most = Math.max(most, Math.abs(centers[from + j] - means[j]));
    const least = most * HALF_STEP;
    for (let j = 0; j < columns; j++) if (Math.abs(centers[from + j] - means[j]) > least) tells[j >> 3] = 1;
  }
  const groups = [...tells.keys()].filter((group) => tells[group] === 1).map((group) => 4 * GROUP * group);
  if (groups.length === 0) groups.push(0);
  return groups.length % 2 === 0 ? groups : [...groups, groups[groups.length - 1]];
}

/**
 * Whether rows are best packed as they lie: what rounding to 127 steps takes off the values that are not 0, beside what 63
 * steps either side of the middle do to all of them.
 * @returns the length of the middle; null where they are not
 */
function plainly({ arena, columns, wide, held, middle }: Table, sample: Float64Array): number | null {
  if (wide || held || columns % 8 !== 0) return null;
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
