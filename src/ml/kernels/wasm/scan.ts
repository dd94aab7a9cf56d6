import type { Matrix } from '../../types.js';
import { Arena } from './arena.js';
import { NO_SCRATCH, type Crew } from './crew.js';
import { PLAN_BYTES, writePlan } from './plan.js';

/** Values that a chunk of `assembly/scan.ts` takes. */
export const SCANNED = 1 << 16;

/** The largest magnitude of values that lie in the crew's memory; NaN where one is not finite. */
export function scan({ rows, columns, data }: Matrix, crew: Crew, interrupt: () => void): number {
  const arena = new Arena(crew.memory, data.byteOffset + data.byteLength);
  const plan = arena.take(PLAN_BYTES);
  const chunks = Math.ceil(data.length / SCANNED);
  const output = arena.take(8 * chunks);
  const wide = data.BYTES_PER_ELEMENT === 8 ? 1 : 0;
  writePlan(crew.memory, plan, {
    rows,
    columns,
    values: data.byteOffset,
    wide,
    output,
    filled: crew.arriving?.filled ?? 0,
  });
  crew.each('scan', plan, chunks, NO_SCRATCH, interrupt);
  return arena.f64(output, chunks).reduce((a, b) => Math.max(a, b), 0);
}
