import { HyperLogLog } from './hyper-log-log.js';

/** Counts distinct numbers: exactly up to a limit, then by an estimate. */
export class DistinctNumbers {
  private keys = new Float64Array(64);
  private counts = new Uint32Array(64);
  private readonly bits = new Float64Array(1);
  private readonly words = new Uint32Array(this.bits.buffer);
  private used = 0;
  private estimate: HyperLogLog | undefined;

  /** @param limit how many are counted exactly */
  constructor(private readonly limit: number) {}

  /** @param values NaN is left out; -0 is 0 */
  add(values: Float64Array): void {
    for (let i = 0, { length } = values; i < length; i++) {
      const value = values[i];
      if (value !== value) continue;
      // -0 + 0 is 0.
      this.bits[0] = value + 0;
      const hash = mix(this.words[0], this.words[1]);
      if (this.estimate) this.estimate.add(hash);
      else this.count(value + 0, hash);
    }
  }

  get exact(): boolean {
    return this.estimate === undefined;
  }

  get size(): number {
    return this.estimate ? this.estimate.size : this.used;
  }

  /** The numbers with their counts, in no order; only while exact. */
  *entries(): Generator<{ value: number; count: number }> {
    for (let i = 0; i < this.keys.length; i++) {
      if (this.counts[i]) yield { value: this.keys[i], count: this.counts[i] };
    }
  }

  private count(value: number, hash: number): void {
    const mask = this.keys.length - 1;
    let at = hash & mask;
    while (this.counts[at] !== 0) {
      if (this.keys[at] === value) {
        this.counts[at]++;
        return;
      }
      at = (at + 1) & mask;
    }
    if (this.used === this.limit) {
      this.switchToEstimate();
      this.estimate!.add(hash);
      return;
    }
    this.keys[at] = value;
    this.counts[at] = 1;
    this.used++;
    if (this.used * 2 > this.keys.length) this.grow();
  }

  private grow(): void {
    const { keys, counts } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.counts = new Uint32Array(keys.length * 2);
    const mask = this.keys.length - 1;
    for (let i = 0; i < keys.length; i++) {
      if (!counts[i]) continue;
      let at = this.hash(keys[i]) & mask;
      while (this.counts[at] !== 0) at = (at + 1) & mask;
      this.keys[at] = keys[i];
      this.counts[at] = counts[i];
    }
  }

  private switchToEstimate(): void {
    this.estimate = new HyperLogLog();
    for (const { value } of this.entries()) this.estimate.add(this.hash(value));
    this.keys = new Float64Array(0);
    this.counts = new Uint32Array(0);
  }

  private hash(value: number): number {
    this.bits[0] = value;
    return mix(this.words[0], this.words[1]);
  }
}

/** Mixes two words into one (the finaliser of MurmurHash3, by Austin Appleby, over both). */
function mix(low: number, high: number): number {
  let h = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ high, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
