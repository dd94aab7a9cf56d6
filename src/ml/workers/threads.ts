import { binary, instantiate, PHASES, type Exports, type PhaseName } from '../kernels/wasm/binary.js';
import type { Crew, Scratch } from '../kernels/wasm/crew.js';
import { awaitChange, LEAVE, Word } from './barrier.js';

/** The leader's side of a team: it shares each phase out and takes part in it. */
export class Threads implements Crew {
  readonly exports: Exports;
  private borrowed: Float32Array | Float64Array | null = null;

  /**
   * @param control zeroed, shared with `size - 1` followers
   */
  constructor(
    readonly memory: WebAssembly.Memory,
    private readonly control: Int32Array,
    readonly size: number,
  ) {
    this.exports = instantiate(binary().module, memory);
  }

  get lent(): Float32Array | Float64Array | null {
    return this.borrowed;
  }

  /** Says what the next job's kernel finds in the memory. */
  lend(values: Float32Array | Float64Array | null): void {
    this.borrowed = values;
  }

  each(phase: PhaseName, plan: number, count: number, scratch: Scratch, interrupt: () => void): void {
    const { control } = this;
    const run = this.exports[phase];
    if (this.size === 1 || count === 1) {
      for (let item = 0; item < count; item++) {
        interrupt();
        run(plan, item, scratch.address);
      }
      return;
    }
    control[Word.Phase] = PHASES.indexOf(phase);
    control[Word.Plan] = plan;
    control[Word.Count] = count;
    control[Word.Scratch] = scratch.address;
    control[Word.ScratchBytes] = scratch.bytes;
    Atomics.store(control, Word.Next, 0);
    Atomics.store(control, Word.Busy, this.size - 1);
    Atomics.add(control, Word.Epoch, 1);
    Atomics.notify(control, Word.Epoch);
    try {
      for (let item = Atomics.add(control, Word.Next, 1); item < count; item = Atomics.add(control, Word.Next, 1)) {
        interrupt();
        run(plan, item, scratch.address);
      }
    } finally {
      // Reached early only by a throw: nothing is left to take, and the followers end with what they have.
      Atomics.store(control, Word.Next, count);
      for (let busy = Atomics.load(control, Word.Busy); busy > 0; busy = Atomics.load(control, Word.Busy)) {
        awaitChange(control, Word.Busy, busy);
      }
    }
  }
}

/** A follower's life: phase after phase until told to leave. */
export function follow(memory: WebAssembly.Memory, control: Int32Array, rank: number): void {
  const exports = instantiate(binary().module, memory);
  for (let epoch = 0; ; epoch++) {
    awaitChange(control, Word.Epoch, epoch);
    const phase = control[Word.Phase];
    if (phase === LEAVE) return;
    const run = exports[PHASES[phase]];
    const plan = control[Word.Plan] >>> 0;
    const count = control[Word.Count];
    const scratch = (control[Word.Scratch] >>> 0) + rank * control[Word.ScratchBytes];
    for (let item = Atomics.add(control, Word.Next, 1); item < count; item = Atomics.add(control, Word.Next, 1)) {
      run(plan, item, scratch);
    }
    if (Atomics.sub(control, Word.Busy, 1) === 1) Atomics.notify(control, Word.Busy);
  }
}
