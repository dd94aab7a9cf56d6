import { readFileSync } from 'node:fs';
import type { Task } from './contender.ts';
import type { loadEngine } from './engine.ts';

export interface MemoryReport {
  /** Bytes a row that a fit holds, one float32 copy of the rows taken off. */
  bytesPerRow: number;
  algorithm: string;
}

/** Iterations by which all is there that a fit ever takes. */
const ENOUGH = 8;
/** Bytes of a row's label in the result, which lies outside. */
const LABEL = 4;

/**
 * What a fit holds for every row: by how much the memory that its threads share, which never shrinks, has grown from a fit
 * of half the rows to one of all. What does not grow with the rows (sums, centres) is the same in both. The peak of the
 * process would tell the same, but for the garbage of its threads, which is up to ten MiB more or less. Linux only.
 */
export async function memoryOf(
  task: Task,
  { KMeansService }: Awaited<ReturnType<typeof loadEngine>>,
): Promise<MemoryReport> {
  const { X, rows, columns, k, inits } = task;
  const service = new KMeansService();
  const options = { k, init: { centers: { data: inits[0], rows: k, columns } }, tolerance: 0, maxIterations: ENOUGH };
  const half = Math.floor(rows / 2);
  await service.fit({ data: X.subarray(0, half * columns), rows: half, columns }, options);
  const before = mappings();
  const { algorithm } = await service.fit({ data: X, rows, columns }, options);
  let grown = 0;
  for (const [start, bytes] of mappings()) grown = Math.max(grown, bytes - (before.get(start) ?? bytes));
  return { bytesPerRow: grown / (rows - half) - 4 * columns + LABEL, algorithm: algorithm.name };
}

/** Resident bytes of the process by where they begin. */
function mappings(): Map<string, number> {
  const found = new Map<string, number>();
  let start = '';
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    start = /^([0-9a-f]+)-[0-9a-f]+ /.exec(line)?.[1] ?? start;
    const resident = /^Rss:\s+(\d+)/.exec(line)?.[1];
    if (resident !== undefined) found.set(start, Number(resident) * 1024);
  }
  return found;
}
