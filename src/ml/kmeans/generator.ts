/**
 * The engine's random numbers: xoshiro128** 1.1 (Blackman and Vigna 2018) on 32-bit words, seeded from (seed, stream)
 * through the finaliser of MurmurHash3, one bijective chain a word of state, so that no two seeds share a stream.
 * Fixed for good: a seed that was reported must give the same draws in every later version.
 */
export class Generator {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /**
   * @param seed 0..2^32-1
   * @param stream 0..2^32-1; a restart draws from the stream of its number
   */
  constructor(seed: number, stream: number) {
    const word = (i: number): number => mix(mix(mix(Math.imul(i, 0x9e3779b9)) + seed) + stream);
    this.a = word(1);
    this.b = word(2);
    this.c = word(3);
    // The state must not be all zero; an odd word sees to that.
    this.d = word(4) | 1;
  }

  /** 32 random bits as an unsigned integer. */
  word(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = rotate(this.d, 11);
    return result;
  }

  /** Uniform in [0, 1), 53 bits: the first word gives the upper 27, the second the lower 26. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** Uniform integer in [0, bound), bound up to 2^32. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }
}

function rotate(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
