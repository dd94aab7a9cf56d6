import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Task } from './contender.ts';
import type { loadEngine } from './engine.ts';

export interface MemoryReport {
  /** Bytes a row that the process came to hold at most during a fit, one float32 copy of the rows taken off. */
  bytesPerRow: number;
  /** Where every row has a bound for every centre, those are allowed more. */
  algorithm: string;
}

/** Rows of the fits that come first: code, threads, and what belongs to centres alone are there before it counts. */
const FEW = 3000;
/** Iterations by which all is there that a fit ever takes. */
const ENOUGH = 40;

/** What a fit holds for every row, as the peak of the process over its size after small fits. Linux only. */
export async function memoryOf(
  task: Task,
  { KMeansService }: Awaited<ReturnType<typeof loadEngine>>,
): Promise<MemoryReport> {
  const { X, rows, columns, k, inits } = task;
  const service = new KMeansService();
  const options = { k, init: { centers: { data: inits[0], rows: k, columns } }, tolerance: 0, maxIterations: ENOUGH };
  const few = { data: X.slice(0, FEW * columns), rows: FEW, columns };
  for (let i = 0; i < 3; i++) await service.fit(few, options);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  writeFileSync('/proc/self/clear_refs', '5'); // the peak is counted from here
  const before = held('VmRSS');
  const { algorithm } = await service.fit({ data: X, rows, columns }, options);
  const above = held('VmHWM') - before - rows * columns * 4;
  return { bytesPerRow: above / (rows - FEW), algorithm: algorithm.name };
}

function held(name: string): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
}
