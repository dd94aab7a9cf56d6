import { writeRecord } from './plan.js';

/** The record of `assembly/near.ts`, field by field. */
const FIELDS = [
  'closest',
  'values',
  'nodes',
  'runs',
  'masks',
  'lanes',
  'centers',
  'means',
  'results',
  'magnet',
  'places',
  'count',
  'chosen',
] as const;
const REALS = ['fixed', 'radius'] as const;

export const NEAR_BYTES = 4 * (FIELDS.length + REALS.length);

/** Bytes of a node of `assembly/node.ts`. */
export const NODE_BYTES = 96;
/** Blocks that a node of the upper level stands for. */
export const RUN = 16;

export type NearFields = Record<(typeof FIELDS)[number] | (typeof REALS)[number], number>;

export function writeNear(memory: WebAssembly.Memory, address: number, fields: Partial<NearFields>): void {
  writeRecord(memory, address, FIELDS, REALS, fields);
}
