import type { Matrix } from '../../types.js';
import { Arena } from './arena.js';
import { formOf, packedBytes, Packing, roomBeside } from './bytes.js';
import { NO_SCRATCH, type Crew } from './crew.js';
import { PLAN_BYTES, writePlan } from './plan.js';
import { sampleRows } from './sample.js';

/** Values that a chunk of `assembly/scan.ts` takes. */
export const SCANNED = 1 << 16;

/**
 * The largest magnitude of values that lie in the crew's memory; NaN where one is not finite.
 * @param pack whether they shall be packed in bytes on the way, where they can be
 */
export function scan({ rows, columns, data }: Matrix, crew: Crew, interrupt: () => void, pack: boolean): number {
  const arena = new Arena(crew.memory, data.byteOffset + data.byteLength);
  const plan = arena.take(PLAN_BYTES);
  const chunks = Math.ceil(data.length / SCANNED);
  const output = arena.take(8 * chunks);
  const wide = data.BYTES_PER_ELEMENT === 8 ? 1 : 0;
  const packing = pack ? packingOf({ rows, columns, data }, crew, arena) : null;
  writePlan(crew.memory, plan, {
    rows,
    columns,
    values: data.byteOffset,
    wide,
    output,
    output2: packing?.address ?? 0,
    filled: crew.arriving?.filled ?? 0,
  });
  crew.each('scan', plan, chunks, NO_SCRATCH, interrupt);
  crew.packed = packing?.packed ?? null;
  return arena.f64(output, chunks).reduce((a, b) => Math.max(a, b), 0);
}

/** How and where to pack: above what a kernel takes before a seeding. */
function packingOf({ rows, columns, data }: Matrix, crew: Crew, arena: Arena): Packing | null {
  const form = formOf(crew.arriving?.sample ?? sampleRows(data, rows, columns), columns);
  const gap = 8 * rows + 8 * columns + 4096;
  const size = packedBytes(data.length);
  if (form === null || arena.room < gap + size + roomBeside(rows)) return null;
  const mark = arena.mark();
  arena.take(gap);
  const bytes = arena.take(size);
  arena.release(mark);
  return new Packing(arena, form, bytes);
}
