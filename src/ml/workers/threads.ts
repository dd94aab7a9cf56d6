import { binary, instantiate, PHASES, type Exports, type PhaseName } from '../kernels/wasm/binary.js';
import type { Arriving, Crew, Packed, Scratch } from '../kernels/wasm/crew.js';
import { clearShelf, SHELF_END } from '../kernels/wasm/shelf.js';
import { awaitChange, LEAVE, SHUT, Word } from './barrier.js';

/** The leader's side of a team: it shares each phase out and takes part in it. */
export class Threads implements Crew {
  readonly build = binary().name;
  readonly exports: Exports;
  private borrowed: Float32Array | Float64Array | null = null;
  private coming: Arriving | null = null;
  packed: Packed | null = null;

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

  get arriving(): Arriving | null {
    return this.coming;
  }

  /** Says what the next job's kernel finds in the memory, now or by and by. */
  lend(values: Float32Array | Float64Array | null, arriving: Arriving | null): void {
    this.borrowed = values;
    this.coming = arriving;
    this.packed = null;
    // Whatever this call needs may come to lie where they do.
    if (values === null || values.byteOffset < SHELF_END) clearShelf(this.memory);
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
    Atomics.and(control, Word.Gate, ~SHUT);
    Atomics.add(control, Word.Epoch, 1);
    Atomics.notify(control, Word.Epoch);
    try {
      for (let item = Atomics.add(control, Word.Next, 1); item < count; item = Atomics.add(control, Word.Next, 1)) {
        interrupt();
        run(plan, item, scratch.address);
      }
    } finally {
      // Reached early only by a throw: nothing is left to take, and the followers end with what they have. One that the
      // system has not let run yet is not waited for: it finds the gate shut.
      Atomics.store(control, Word.Next, count);
      for (
        let gate = Atomics.or(control, Word.Gate, SHUT) | SHUT;
        gate !== SHUT;
        gate = Atomics.load(control, Word.Gate)
      ) {
        awaitChange(control, Word.Gate, gate);
      }
    }
  }
}

/** A follower's life: phase after phase until told to leave. */
export function follow(memory: WebAssembly.Memory, control: Int32Array, rank: number): void {
  const exports = instantiate(binary().module, memory);
  for (let epoch = 0; ;) {
    awaitChange(control, Word.Epoch, epoch);
    epoch = Atomics.load(control, Word.Epoch);
    if (control[Word.Phase] === LEAVE) return;
    // From here on, if the gate stood open, the leader waits, and what the control block says stands.
    if ((Atomics.add(control, Word.Gate, 1) & SHUT) === 0) {
      const run = exports[PHASES[control[Word.Phase]]];
      const plan = control[Word.Plan] >>> 0;
      const count = control[Word.Count];
      const scratch = (control[Word.Scratch] >>> 0) + rank * control[Word.ScratchBytes];
      for (let item = Atomics.add(control, Word.Next, 1); item < count; item = Atomics.add(control, Word.Next, 1)) {
        run(plan, item, scratch);
      }
    }
    Atomics.sub(control, Word.Gate, 1);
    Atomics.notify(control, Word.Gate);
  }
}
