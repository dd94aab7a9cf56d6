import type { Matrix } from '../types.js';
import type { Kernel, KernelInput } from './kernel.js';
import { PlainKernel } from './plain.kernel.js';
import { Lone, type Crew } from './wasm/crew.js';
import { scan, type Purpose } from './wasm/scan.js';
import { WasmKernel } from './wasm/wasm.kernel.js';

let crew: Crew | undefined;

export type { Purpose } from './wasm/scan.js';

/** Kernels that this thread makes from now on share their work with the crew. */
export function useCrew(of: Crew): void {
  crew = of;
}

let lone: Crew | undefined;

/** Does something on the calling thread alone, with kernels in WebAssembly. */
export function alone<T>(work: () => T): T {
  const before = crew;
  lone ??= new Lone();
  crew = lone;
  try {
    return work();
  } finally {
    crew = before;
  }
}

/** The fastest kernel for this thread: WebAssembly where it leads a crew, else plain. */
export function createKernel(input: KernelInput): Kernel {
  return crew === undefined ? new PlainKernel(input) : new WasmKernel(input, crew);
}

/**
 * The largest magnitude of a table, if this thread's crew has it at hand; NaN where a value is not finite, null where
 * it is left to the caller.
 */
export function largestOf(matrix: Matrix, interrupt: () => void, purpose: Purpose): number | null {
  return crew?.lent === matrix.data ? scan(matrix, crew, interrupt, purpose) : null;
}

/** What now stands for the values of a table: themselves, or bytes in their place. A value is (data + low) x unit. */
export function valuesOf({ data }: Matrix): Values {
  const packed = crew?.lent === data ? crew.packed : null;
  if (!packed?.held) return { data, low: 0, unit: 1 };
  return { data: new Uint8Array(data.buffer, packed.address, data.length), low: packed.low, unit: packed.unit };
}

export interface Values {
  readonly data: Float32Array | Float64Array | Uint8Array;
  readonly low: number;
  readonly unit: number;
}
