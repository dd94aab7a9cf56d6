import { binary, instantiate, type Binary, type Exports, type PhaseName } from './binary.js';

/** Threads that work on one shared memory. The calling thread, the leader, is one of them. */
export interface Crew {
  readonly size: number;
  readonly memory: WebAssembly.Memory;
  readonly build: Binary['name'];
  /** The leader's own instance. */
  readonly exports: Exports;
  /** Values that already lie in the memory, where a kernel may keep and change them; null where there are none. */
  readonly lent: Float32Array | Float64Array | null;
  /** Set while what is lent is still being copied in. */
  readonly arriving: Arriving | null;
  /** What is lent, packed: in its place, or above it in the memory for as long as nobody writes there. */
  packed: Packed | null;

  /**
   * Runs a phase for items 0..count-1, spread over the threads as they become free; returns when all are done.
   * @param scratch address of `size` scratch areas of `scratchBytes` each
   * @param interrupt called by the leader between items; what it throws comes out once every thread has stopped
   */
  each(phase: PhaseName, plan: number, count: number, scratch: Scratch, interrupt: () => void): void;
}

/** Values that arrive from the first to the last. */
export interface Arriving {
  /** Address of their number so far, int32. */
  readonly filled: number;
  /** Some rows from all over the table, row-major. */
  readonly sample: Float64Array;
}

/** A table in 8 bits, without loss: value = (byte + low) x unit. */
export interface Packed {
  /** Address of the bytes, row-major. */
  readonly address: number;
  readonly unit: number;
  readonly low: number;
  /** Whether they have taken the place of the values. */
  readonly held: boolean;
}

export interface Scratch {
  readonly address: number;
  readonly bytes: number;
}

/** For phases that need none. */
export const NO_SCRATCH: Scratch = { address: 0, bytes: 0 };

/** The largest memory that 32-bit addresses reach. */
export const MAX_PAGES = 65536;
export const PAGE = 65536;

export function createMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
}

/** A crew of the calling thread alone. */
export class Lone implements Crew {
  readonly size = 1;
  readonly memory = createMemory();
  readonly lent = null;
  readonly arriving = null;
  packed = null;
  readonly build: Binary['name'];
  readonly exports: Exports;

  constructor({ name, module } = binary()) {
    this.build = name;
    this.exports = instantiate(module, this.memory);
  }

  each(phase: PhaseName, plan: number, count: number, scratch: Scratch, interrupt: () => void): void {
    const run = this.exports[phase];
    for (let item = 0; item < count; item++) {
      interrupt();
      run(plan, item, scratch.address);
    }
  }
}
