import { availableParallelism } from 'node:os';

/** Threads that compute: `ENGINE_THREADS`, or all cores, less one above two. */
export function threadCount(
  setting: string | undefined = process.env.ENGINE_THREADS,
  cores = availableParallelism(),
): number {
  const given = Number(setting?.trim() || Number.NaN);
  if (Number.isInteger(given) && given >= 1) return Math.min(given, 64);
  return cores > 2 ? cores - 1 : cores;
}
