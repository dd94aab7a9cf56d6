/** Words of the control block that a team shares, an Int32Array over a SharedArrayBuffer. */
export const Word = {
  /** Counts the phases; a change starts one. */
  Epoch: 0,
  Phase: 1,
  Plan: 2,
  Count: 3,
  Scratch: 4,
  ScratchBytes: 5,
  /** The next item to be taken. */
  Next: 16,
  /** Followers at work, and {@link SHUT} where no more may join them. */
  Gate: 32,
  Length: 48,
} as const;

/** Set in the gate between two phases. */
export const SHUT = 1 << 30;

/** A phase number that ends the followers. */
export const LEAVE = -1;

/** Tries before a thread goes to sleep: longer than most gaps between two phases, shorter than a time slice. */
const SPINS = 4000;

/** Waits until the word is no longer `value`; spins first, then sleeps. */
export function awaitChange(words: Int32Array, index: number, value: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(words, index) !== value) return;
  while (Atomics.load(words, index) === value) Atomics.wait(words, index, value);
}
