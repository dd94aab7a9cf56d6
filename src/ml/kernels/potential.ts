/** Rows whose masses are added up as one, beginning at every multiple. */
export const STRETCH = 256;

/** How far below the magnet, as a power of two, the largest mass may lie. */
const HEADROOM = 8;
/** The least magnet: below it float64 has no more bits to give, and none are lost. */
const LEAST = -1022;
/** A potential that has fallen to this share gets finer units, where a row's mean mass is below so many of them. */
const FALLEN = 1 / 16;
const FINE = 2 ** 20;

/** What a seeding knows about its rows. Mass: weight x squared distance to the closest chosen row, float64. */
export interface Masses {
  /** The largest mass. */
  largest(): number;

  /**
   * The mass of every stretch, each row's brought to whole units by {@link rounded}.
   * @param sums OUT, one a stretch
   * @param anew false where `sums` hold what they were with this magnet before the last row was chosen
   */
  addUp(magnet: number, sums: Float64Array, anew: boolean): void;

  /**
   * The masses of the rows of a stretch, in row order.
   * @param out OUT, one a row, at most {@link STRETCH}
   */
  list(stretch: number, out: Float64Array): void;
}

/** A mass in whole units, nearest even: the unit is what float64 tells apart at the magnet, 2^-52 of it. */
export function rounded(mass: number, magnet: number): number {
  return mass + magnet - magnet;
}

/**
 * The potential of a seeding, and the draws from it: what every kernel says alike. Masses are taken in whole units, 2^-44 of
 * the largest (2^-45 of it is off at most), so that a stretch adds up to less than 2^53 of them, without rounding and so in
 * any order. Stretches are then added up in their order, in float64. Where the potential has fallen low the unit follows.
 */
export class Potential {
  /** The sums of the stretches before each, and of all. */
  private readonly prefixes: Float64Array;
  private readonly sums: Float64Array;
  private readonly drawn = new Float64Array(STRETCH);
  private magnet = 0;
  /** The potential below which units are chosen anew. */
  private floor = 0;

  constructor(
    private readonly rows: number,
    private readonly masses: Masses,
  ) {
    this.sums = new Float64Array(Math.ceil(rows / STRETCH));
    this.prefixes = new Float64Array(this.sums.length + 1);
  }

  get total(): number {
    return this.prefixes[this.sums.length];
  }

  /** What rounding may have done to {@link total} at most. */
  get doubt(): number {
    return this.rows * this.magnet * 2 ** -53 + this.total * (this.sums.length + 1) * 2 ** -53;
  }

  /** A row was chosen. */
  settle(): void {
    if (this.magnet > 0) {
      this.masses.addUp(this.magnet, this.sums, false);
      this.accumulate();
      if (this.total >= this.floor) return;
    }
    const exponent = Math.ceil(Math.log2(this.masses.largest())) + HEADROOM;
    this.magnet = 2 ** Math.max(LEAST, exponent);
    this.masses.addUp(this.magnet, this.sums, true);
    this.accumulate();
    this.floor = Math.min(this.total * FALLEN, this.rows * this.magnet * 2 ** -52 * FINE);
  }

  /** The magnet that {@link rounded} takes now. */
  get attraction(): number {
    return this.magnet;
  }

  /** What would be left of the potential, stretch by stretch less what is given, one list after the other. */
  without(...lists: readonly Float64Array[]): number {
    let left = 0;
    this.sums.forEach((sum, s) => {
      for (const gains of lists) sum -= gains[s];
      left += sum;
    });
    return left;
  }

  /**
   * Inverse transform: the first row at which the cumulated mass exceeds a share of the potential.
   * @param share from 0 to 1, 1 not included
   */
  draw(share: number): number {
    const { prefixes, sums, drawn } = this;
    let target = share * this.total;
    let stretch = 0;
    if (target < this.total) {
      // Masses are not negative, so prefixes only grow: the last stretch that begins at or below the target.
      let beyond = sums.length;
      while (beyond - stretch > 1) {
        const middle = (stretch + beyond) >> 1;
        if (prefixes[middle] > target) beyond = middle;
        else stretch = middle;
      }
    } else {
      // The product was rounded up to the whole: the last row that has any mass.
      stretch = sums.findLastIndex((sum) => sum > 0);
      target = Infinity;
    }
    const start = stretch * STRETCH;
    const within = drawn.subarray(0, Math.min(STRETCH, this.rows - start));
    this.masses.list(stretch, within);
    const before = prefixes[stretch];
    let sum = 0;
    let last = 0;
    for (let i = 0; i < within.length && before + sum <= target; i++) {
      const mass = rounded(within[i], this.magnet);
      if (mass > 0) last = i;
      sum += mass;
    }
    return start + last;
  }

  private accumulate(): void {
    const { sums, prefixes } = this;
    let sum = 0;
    for (let s = 0; s < sums.length; s++) {
      prefixes[s] = sum;
      sum += sums[s];
    }
    prefixes[sums.length] = sum;
  }
}

/** Index of the lowest potential, the first one where they tie. */
export function lowest(potentials: readonly number[]): number {
  return potentials.indexOf(Math.min(...potentials));
}
