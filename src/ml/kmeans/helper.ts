import { EngineError } from '../errors.js';
import { PARTITIONS, partitionBounds, type Kernel } from '../kernels/kernel.js';
import type { Generator } from './generator.js';

/**
 * Seeding: which rows the centres begin at. Greedy k-means++ (Arthur and Vassilvitskii 2007, "k-means++: the advantages
 * of careful seeding"; several candidates a step as in their section on experiments, and in scikit-learn).
 */
export class Helper {
  /** @param weights one a row, as the kernel has them; null where all are 1 */
  constructor(
    private readonly kernel: Kernel,
    private readonly weights: Float64Array | null,
    private readonly interrupt: () => void,
  ) {}

  /**
   * k rows, in the order drawn: the first by weight, each further one the best of 2 + floor(ln k) candidates drawn with
   * probability weight x squared distance to the closest row chosen before. The best leaves the lowest potential.
   * @throws EngineError `kmeans.too_few_distinct_rows`
   */
  plusPlus(k: number, generator: Generator): Int32Array {
    const trials = 2 + Math.floor(Math.log(k));
    const chosen = new Int32Array(k);
    const candidates = new Int32Array(trials);
    const seeding = this.kernel.seeding(k);
    try {
      chosen[0] = this.first(generator);
      seeding.add(chosen[0]);
      for (let step = 1; step < k; step++) {
        this.interrupt();
        if (seeding.potential === 0) throw tooFewDistinct(step, k);
        for (let t = 0; t < trials; t++) candidates[t] = seeding.draw(generator.uniform());
        chosen[step] = candidates[seeding.best(candidates)]!;
        seeding.add(chosen[step]);
      }
    } finally {
      seeding.close();
    }
    return chosen;
  }

  /**
   * k rows by drawing without replacement, weights left out of it (but rows of weight 0 too); a row that coincides
   * with one drawn before is passed over.
   * @throws EngineError `kmeans.too_few_distinct_rows`
   */
  random(k: number, generator: Generator): Int32Array {
    const n = this.kernel.rows;
    const chosen = new Int32Array(k);
    const seen = new Set<string>();
    // Fisher and Yates' shuffle, of which only the places that were touched are kept.
    const moved = new Map<number, number>();
    for (let i = 0; i < n && seen.size < k; i++) {
      if (i % 4096 === 0) this.interrupt();
      const j = i + generator.below(n - i);
      const row = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
      if (this.weights?.[row] === 0) continue;
      const key = this.key(row);
      if (seen.has(key)) continue;
      chosen[seen.size] = row;
      seen.add(key);
    }
    if (seen.size < k) throw tooFewDistinct(seen.size, k);
    return chosen;
  }

  /** Refuses k above the number of distinct rows of positive weight. Stops looking as soon as k are found. */
  requireDistinct(k: number): void {
    const seen = new Set<string>();
    for (let i = 0; i < this.kernel.rows && seen.size < k; i++) {
      if (i % 4096 === 0) this.interrupt();
      if (this.weights?.[i] !== 0) seen.add(this.key(i));
    }
    if (seen.size < k) throw tooFewDistinct(seen.size, k);
  }

  /** A row with probability weight. */
  private first(generator: Generator): number {
    const { weights } = this;
    const { rows } = this.kernel;
    // Without weights the cumulated mass of a row is its number plus one.
    if (weights === null) return Math.min(rows - 1, Math.floor(generator.uniform() * rows));
    const bounds = partitionBounds(rows);
    const masses = new Float64Array(PARTITIONS);
    for (let p = 0; p < PARTITIONS; p++) {
      for (let i = bounds[p]; i < bounds[p + 1]; i++) masses[p] += weights[i];
    }
    const target = generator.uniform() * masses.reduce((sum, mass) => sum + mass, 0);
    let before = 0;
    let last = 0;
    for (let p = 0; p < PARTITIONS; before += masses[p++]) {
      // Also the last row of any weight, where the product was rounded up to the whole.
      for (let i = bounds[p], within = 0; i < bounds[p + 1] && before + within <= target; i++) {
        within += weights[i];
        if (weights[i] > 0) last = i;
      }
    }
    return last;
  }

  /** The same text for two rows if and only if their values are equal. */
  private key(row: number): string {
    const values = new Float64Array(this.kernel.columns);
    this.kernel.row(row, values);
    for (let j = 0; j < values.length; j++) values[j] += 0; // -0 becomes 0
    return Buffer.from(values.buffer).toString('latin1');
  }
}

function tooFewDistinct(distinct: number, k: number): EngineError {
  const rows = distinct === 1 ? '1 distinct row' : `${distinct} distinct rows`;
  return new EngineError('kmeans.too_few_distinct_rows', `The data have ${rows}, too few for ${k} clusters.`, {
    distinct,
    k,
  });
}
