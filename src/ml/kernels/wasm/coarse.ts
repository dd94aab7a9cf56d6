import { binary } from './binary.js';
import { roundedUp, type Centers } from './centers.js';
import type { Table } from './table.js';

/** Columns between which a screen in 8 bits pays; beyond the upper bound its sums could leave 32 bits. */
const LEAST_COLUMNS = 32;
const MOST_COLUMNS = 100_000;

/**
 * The centres in 8 bits for a first screen, see `assembly/coarse.ts`, in the plan from now on; nothing there where it does
 * not pay.
 */
export function takeCoarse(table: Table, { tiles, scratch }: Centers, k: number): void {
  const { arena, columns, crew } = table;
  if (binary().name !== 'wasm-relaxed-simd' || columns < LEAST_COLUMNS || columns > MOST_COLUMNS || k < 2) {
    table.write({ coarse: 0 });
    return;
  }
  const lanes = 8 * tiles;
  const output = arena.take(8 * lanes);
  table.write({
    coarse: arena.take(crew.exports.coarseBytes(columns, tiles)),
    coarseStarts: arena.take(4 * lanes),
    coarseSteps: arena.take(4 * lanes),
    lines: arena.take(4 * k * 8 * Math.ceil(columns / 8)),
    output,
  });
  table.phase('packCoarse', tiles, 8 * k, scratch);
  table.phase('lineUp', k, k, scratch);
  table.write({ coarseError: roundedUp(arena.f64(output, lanes).reduce((a, b) => Math.max(a, b))) });
}
