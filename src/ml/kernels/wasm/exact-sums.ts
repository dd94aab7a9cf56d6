import { NO_SCRATCH } from './crew.js';
import { SCANNED } from './scan.js';
import type { Table } from './table.js';

/**
 * Whether float64 holds every sum of the table's rows without rounding: all values are multiples of a power of two, as counts,
 * pixels and amounts are, and so small that no sum has more than 53 bits. Then the order does not matter, and sums that
 * follow the changes are those taken anew.
 */
export function exactSums(table: Table): boolean {
  const { arena, rows, columns } = table;
  if (table.weights !== 0) return false;
  // Whole multiples of one power of two, of 24 bits at most.
  if (table.held) return rows <= 2 ** 28;
  const mark = arena.mark();
  const chunks = Math.ceil((rows * columns) / SCANNED);
  const output = arena.take(4 * chunks);
  const output2 = arena.take(16);
  // So large may a whole number be that no sum of as many as there are rows goes beyond 2^53.
  const most = 2 ** Math.floor(52 - Math.log2(rows));
  arena.f64(output2, 2).set([2 ** Math.floor(Math.log2(most / (4 * typical(table)))), most]);
  table.write({ output, output2 });
  // Most tables are found out by their first values.
  table.phase('whole', 1, 1, NO_SCRATCH);
  const found = arena.i32(output, chunks);
  if (found[0] === 1) table.phase('whole', chunks, rows, NO_SCRATCH);
  const exact = found.every((one) => one === 1);
  arena.release(mark);
  return exact;
}

/** The largest magnitude in the first rows, or 1. */
function typical(table: Table): number {
  const row = new Float64Array(table.columns);
  let largest = 0;
  for (let i = 0; i < Math.min(100, table.rows); i++) {
    table.row(i, row);
    for (const value of row) largest = Math.max(largest, Math.abs(value));
  }
  return largest || 1;
}
