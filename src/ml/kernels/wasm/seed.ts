import { writeRecord } from './plan.js';

/** The record of `assembly/seed.ts`, field by field. */
const FIELDS = [
  'closest',
  'squares',
  'masks',
  'results',
  'sums',
  'magnet',
  'count',
  'direct',
  'chosen',
  'bytes',
  'lines',
  'distances',
  'begin',
] as const;
const REALS = ['ofNorm', 'ofSquares', 'fixed', 'unit'] as const;

export const SEED_BYTES = 4 * (FIELDS.length + REALS.length);

export type SeedFields = Record<(typeof FIELDS)[number] | (typeof REALS)[number], number>;

export function writeSeed(memory: WebAssembly.Memory, address: number, fields: Partial<SeedFields>): void {
  writeRecord(memory, address, FIELDS, REALS, fields);
}
