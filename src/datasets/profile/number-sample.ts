/**
 * Keeps numbers for order statistics: all of them up to a limit, then one of every 2, 4, 8, ... consecutive ones, chosen
 * by a generator with a fixed seed. The rank of a sampled quantile is off by about 0.2 % of the rows for 65,536 kept
 * ones, and by less where the data are in some order.
 */
export class NumberSample {
  private kept: Float64Array;
  private size = 0;
  private step = 1;
  /** Position inside of the current group, and the one that is chosen in it. */
  private position = 0;
  private chosen = 0;
  private state = 0x9e3779b9;

  /** @param limit how many are kept, a power of two */
  constructor(private readonly limit: number) {
    this.kept = new Float64Array(Math.min(limit, 64));
  }

  /** @param values NaN is left out */
  add(values: Float64Array): void {
    for (let i = 0, { length } = values; i < length; i++) {
      const value = values[i];
      if (value !== value) continue;
      if (this.position === this.chosen) this.keep(value);
      if (++this.position === this.step) {
        this.position = 0;
        this.chosen = this.step === 1 ? 0 : this.random(this.step);
      }
    }
  }

  /** Whether all numbers are here. */
  get exact(): boolean {
    return this.step === 1;
  }

  /** How many numbers each kept one stands for. */
  get weight(): number {
    return this.step;
  }

  /** The kept numbers in ascending order. */
  sorted(): Float64Array {
    return this.kept.slice(0, this.size).sort();
  }

  private keep(value: number): void {
    if (this.size === this.limit) this.thin();
    if (this.size === this.kept.length) {
      const larger = new Float64Array(this.kept.length * 2);
      larger.set(this.kept);
      this.kept = larger;
    }
    this.kept[this.size++] = value;
  }

  /** Keeps one of each pair. */
  private thin(): void {
    for (let i = 0; i < this.limit / 2; i++) this.kept[i] = this.kept[2 * i + this.random(2)];
    this.size = this.limit / 2;
    this.step *= 2;
  }

  /** A whole number below `bound`, a power of two (xorshift32, Marsaglia 2003). */
  private random(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 8) & (bound - 1);
  }
}
