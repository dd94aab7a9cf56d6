import type { FrequentValue, Histogram } from '../dataset-types.js';
import { DistinctNumbers } from './distinct-numbers.js';
import { NumberSample } from './number-sample.js';

const BINS = 20;
const FREQUENT = 10;

/** Figures of the numbers of a column, made in one pass. */
export class NumberStats {
  count = 0;
  min = Infinity;
  max = -Infinity;
  mean = 0;
  /** Sums of the squared and cubed distances to the mean. */
  private m2 = 0;
  private m3 = 0;
  /** Whether all are whole. */
  whole = true;
  /** Whether each is one more than the number before it. */
  counting = true;
  /** Whether each is larger than the number before it. */
  rising = true;
  private last = NaN;
  private readonly distincts: DistinctNumbers;
  private readonly sample: NumberSample;

  /** @param limit how many values are kept for what has to keep them, a power of two */
  constructor(limit: number) {
    this.distincts = new DistinctNumbers(limit);
    this.sample = new NumberSample(limit);
  }

  /** @param values the numbers of a block; NaN is left out */
  add(values: Float64Array): void {
    // By index, here and below: to iterate makes an object of every number, which costs more than all the rest.
    let count = 0;
    let sum = 0;
    let { min, max, last, whole, rising, counting } = this;
    for (let i = 0, { length } = values; i < length; i++) {
      const value = values[i];
      if (value !== value) continue;
      count++;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
      if (whole && value !== Math.trunc(value)) whole = false;
      if (rising) {
        // The first one has none before it.
        if (last === last) {
          if (!(value > last)) rising = false;
          if (value !== last + 1) counting = false;
        }
        last = value;
      }
    }
    if (count === 0) return;
    this.min = min;
    this.max = max;
    this.last = last;
    this.whole = whole;
    this.rising = rising;
    this.counting = counting && rising;
    this.merge(values, count, Number.isFinite(sum) ? sum / count : safeMean(values, count));
    this.distincts.add(values);
    this.sample.add(values);
  }

  /** Distinct values; in a rising column, all of them. */
  get distinct(): number {
    if (this.rising) return this.count;
    return this.distincts.exact ? this.distincts.size : this.bounded();
  }

  get estimated(): boolean {
    return !this.sample.exact || (!this.distincts.exact && !this.rising);
  }

  /** Standard deviation of the sample; undefined for fewer than two values, or where it is beyond float64. */
  get std(): number | undefined {
    return this.count > 1 ? finite(Math.sqrt(this.m2 / (this.count - 1))) : undefined;
  }

  /** Third standardised moment of the population; undefined for a constant. */
  get skewness(): number | undefined {
    if (!(this.m2 > 0) || this.min === this.max) return undefined;
    return finite(this.m3 / this.count / (this.m2 / this.count) ** 1.5);
  }

  /** Quartiles, histogram and frequent values. */
  order(): { quartiles: [number, number, number]; histogram: Histogram; frequent: FrequentValue[] } {
    const sorted = this.sample.sorted();
    return {
      quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)],
      histogram: this.histogram(sorted),
      frequent: this.frequent(sorted),
    };
  }

  /** Adds the moments of a block (Chan, Golub and LeVeque 1979; third moment: Pébay 2008). */
  private merge(values: Float64Array, count: number, center: number): void {
    let rest = 0;
    let m2 = 0;
    let m3 = 0;
    for (let i = 0, { length } = values; i < length; i++) {
      const value = values[i];
      if (value !== value) continue;
      const distance = value - center;
      const square = distance * distance;
      rest += distance;
      m2 += square;
      m3 += square * distance;
    }
    // What rounding lost of the mean, taken out of the moments too.
    const lost = rest / count;
    const mean = center + lost;
    m3 += lost * (2 * count * lost * lost - 3 * m2);
    m2 -= count * lost * lost;
    const before = this.count;
    const total = before + count;
    const delta = mean - this.mean;
    this.m3 +=
      m3 +
      (delta ** 3 * before * count * (before - count)) / total ** 2 +
      (3 * delta * (before * m2 - count * this.m2)) / total;
    this.m2 += m2 + (delta * delta * before * count) / total;
    this.mean += (delta * count) / total;
    this.count = total;
  }

  /** An estimate is at most what there can be. */
  private bounded(): number {
    const whole = this.whole ? this.max - this.min + 1 : Infinity;
    return Math.min(this.distincts.size, this.count, whole);
  }

  private histogram(sorted: Float64Array): Histogram {
    const { min, max, count } = this;
    const counts = new Array<number>(BINS).fill(0);
    const width = max / BINS - min / BINS;
    for (let i = 0, { length } = sorted; i < length; i++) {
      const value = sorted[i];
      const bin = width > 0 ? Math.floor((value - min) / width) : 0;
      counts[Math.min(BINS - 1, Math.max(0, bin))]++;
    }
    const exact = sorted.length === count;
    return { min, max, counts: exact ? counts : counts.map((n) => Math.round((n / sorted.length) * count)) };
  }

  private frequent(sorted: Float64Array): FrequentValue[] {
    const found = this.distincts.exact ? [...this.distincts.entries()] : runs(sorted, this.count / sorted.length);
    return mostFrequent(found);
  }
}

/** The ten values that occur most, and more than once; ties by value. */
export function mostFrequent<T extends FrequentValue>(found: T[]): T[] {
  return found
    .filter(({ count }) => count > 1)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, FREQUENT);
}

/** Values that a sorted sample holds repeatedly, with their estimated counts. */
function runs(sorted: Float64Array, weight: number): { value: number; count: number }[] {
  const found: { value: number; count: number }[] = [];
  for (let i = 0, start = 0; i < sorted.length; start = i) {
    while (i < sorted.length && sorted[i] === sorted[start]) i++;
    if (i - start > 1) found.push({ value: sorted[start], count: Math.round((i - start) * weight) });
  }
  return found;
}

/** A quantile by linear interpolation between the two nearest ranks (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: Float64Array, q: number): number {
  const rank = (sorted.length - 1) * q;
  const low = Math.floor(rank);
  const part = rank - low;
  return part === 0 ? sorted[low] : sorted[low] * (1 - part) + sorted[low + 1] * part;
}

/** The mean of numbers whose sum is beyond float64. */
function safeMean(values: Float64Array, count: number): number {
  let mean = 0;
  for (const value of values) if (value === value) mean += value / count;
  return mean;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
