import type { Labels } from '../kernel.js';
import type { PlanFields } from './plan.js';

/** Labels are read four bytes at a time, past the end of the last. */
const SPARE = 4;

/** Bytes of a label of up to k clusters. */
export function labelWidth(k: number): 1 | 2 | 4 {
  if (k <= 2 ** 8) return 1;
  return k <= 2 ** 16 ? 2 : 4;
}

/** Bytes that as many labels take. */
export function labelBytes(count: number, width: number): number {
  return count * width + SPARE;
}

/** What the plan says of labels of so many bytes. */
export function labelFields(width: number): Pick<PlanFields, 'labelShift' | 'labelMask'> {
  return { labelShift: Math.log2(width), labelMask: 2 ** (8 * width) - 1 };
}

/** Labels that lie in a memory. */
export function labelsAt(memory: WebAssembly.Memory, address: number, count: number, width: number): Labels {
  if (width === 1) return new Uint8Array(memory.buffer, address, count);
  if (width === 2) return new Uint16Array(memory.buffer, address, count);
  return new Int32Array(memory.buffer, address, count);
}
