import type { Matrix } from '../../types.js';
import { Arena } from './arena.js';
import { formOf, isCalm, packedBytes, Packing, roomBeside } from './bytes.js';
import { NO_SCRATCH, type Crew } from './crew.js';
import { PLAN_BYTES, writePlan } from './plan.js';
import { sampleRows } from './sample.js';

/** Values that a chunk of `assembly/scan.ts` takes. */
export const SCANNED = 1 << 16;

/** Columns from which a table is read row by row, so that bytes may stand in for its values. */
const HELD_COLUMNS = 128;

/** What the values are for. */
export interface Purpose {
  /** Whether a greedy k-means++ follows, which reads bytes sooner than values. */
  readonly seeding: boolean;
  /** Whether nobody but the next kernel will read the values, so that bytes may take their place. */
  readonly last: boolean;
}

/**
 * The largest magnitude of values that lie in the crew's memory; NaN where one is not finite. They are packed in bytes on
 * the way where that can be done and serves the purpose: see `Crew.packed`.
 */
export function scan(matrix: Matrix, crew: Crew, interrupt: () => void, purpose: Purpose): number {
  const { rows, columns, data } = matrix;
  const arena = new Arena(crew.memory, data.byteOffset + data.byteLength);
  const plan = arena.take(PLAN_BYTES);
  const chunks = Math.ceil(data.length / SCANNED);
  const output = arena.take(8 * chunks);
  const packing = packingOf(matrix, crew, arena, purpose);
  writePlan(crew.memory, plan, {
    rows,
    columns,
    values: data.byteOffset,
    wide: data.BYTES_PER_ELEMENT === 8 ? 1 : 0,
    output,
    output2: packing?.address ?? 0,
    filled: crew.arriving?.filled ?? 0,
  });
  crew.each('scan', plan, chunks, NO_SCRATCH, interrupt);
  crew.packed = packing?.packed ?? null;
  if (crew.packed?.held) bringTogether(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  else if (packing?.held) crew.each('unpackInPlace', plan, chunks, NO_SCRATCH, interrupt);
  return arena.f64(output, chunks).reduce((a, b) => Math.max(a, b), 0);
}

/** How and where to pack: in the values' place, or above what a kernel takes before a seeding. */
function packingOf({ rows, columns, data }: Matrix, crew: Crew, arena: Arena, purpose: Purpose): Packing | null {
  if (!purpose.seeding && !purpose.last) return null;
  const form = formOf(crew.arriving?.sample ?? sampleRows(data, rows, columns), columns);
  if (form === null) return null;
  if (purpose.last && data.BYTES_PER_ELEMENT === 4 && columns >= HELD_COLUMNS && isCalm(form) && crew.arriving) {
    const chunks = Math.ceil(data.length / SCANNED);
    const marks = arena.take(chunks);
    new Uint8Array(crew.memory.buffer, marks, chunks).fill(0);
    return new Packing(arena, form, data.byteOffset, marks);
  }
  const gap = 8 * rows + 8 * columns + 4096;
  const size = packedBytes(data.length);
  if (!purpose.seeding || arena.room < gap + size + roomBeside(rows)) return null;
  const mark = arena.mark();
  arena.take(gap);
  const bytes = arena.take(size);
  arena.release(mark);
  return new Packing(arena, form, bytes);
}

/** The bytes of all chunks, each of which lie where its float32 values began. */
function bringTogether(bytes: Uint8Array): void {
  const chunk = 4 * SCANNED;
  for (let from = chunk; from < bytes.length; from += chunk) {
    bytes.copyWithin(from / 4, from, Math.min(from + SCANNED, from + (bytes.length - from) / 4));
  }
}
