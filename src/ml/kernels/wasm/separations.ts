import type { Grouping } from '../kernel.js';
import { countRows } from '../plain.separations.js';
import type { Table } from './table.js';

/** Rows that an item of `assembly/separations.ts` takes. */
const TILE = 8;

/** {@link Kernel.separations}: groups are numbered across the groupings, so that one pass adds to the sums of all. */
export function wasmSeparations(
  table: Table,
  groupings: readonly Grouping[],
  own: Float64Array,
  nearest: Float64Array,
): void {
  const { arena, crew, rows, columns } = table;
  const many = groupings.length;
  const begins = new Int32Array(many + 1);
  groupings.forEach(({ k }, g) => {
    begins[g + 1] = begins[g] + k;
  });
  const all = begins[many];

  const mark = arena.mark();
  const groups = arena.take(4 * begins.length);
  const labels = arena.take(4 * rows * many);
  const sumCounts = arena.take(4 * all);
  const output = arena.take(8 * rows * many);
  const output2 = arena.take(8 * rows * many);
  const bytes = crew.exports.separationBytes(columns, all);
  const scratch = { address: arena.take(bytes * crew.size), bytes };
  arena.i32(groups, begins.length).set(begins);
  const numbered = arena.i32(labels, rows * many);
  const counts = arena.i32(sumCounts, all);
  groupings.forEach((grouping, g) => {
    counts.set(countRows(grouping.labels, grouping.k), begins[g]);
    for (let i = 0; i < rows; i++) numbered[i * many + g] = begins[g] + grouping.labels[i];
  });
  table.write({ labels, groups, sumCounts, k: many, output, output2 });
  table.phase('separations', Math.ceil(rows / TILE), rows * rows, scratch);
  own.set(arena.f64(output, rows * many));
  nearest.set(arena.f64(output2, rows * many));
  arena.release(mark);
}
