import { PARTITIONS, type Kernel, type Seeding } from './kernel.js';
import { firstBeyond, lowestPotential, total } from './potential.js';

/** What a seeding asks of the kernel. */
interface Rows extends Pick<Kernel, 'rows' | 'columns' | 'row'> {
  readonly bounds: Int32Array;
  readonly weights: Float64Array | null;
  d2(row: number, centers: Float64Array, c: number): number;
  byChunks(work: number, visit: (row: number) => void, from: number, to: number): void;
}

/** Strict distances of all rows to every candidate. */
export class PlainSeeding implements Seeding {
  readonly closest: Float64Array;
  readonly masses = new Float64Array(PARTITIONS);
  private readonly chosen: Float64Array;

  constructor(private readonly kernel: Rows) {
    this.closest = new Float64Array(kernel.rows).fill(Infinity);
    this.chosen = new Float64Array(kernel.columns);
  }

  add(row: number): void {
    const { kernel, closest, chosen, masses } = this;
    const { bounds, weights } = kernel;
    kernel.row(row, chosen);
    for (let p = 0; p < PARTITIONS; p++) {
      let mass = 0;
      const visit = (i: number): void => {
        const distance = kernel.d2(i, chosen, 0);
        if (distance < closest[i]) closest[i] = distance;
        mass += weights === null ? closest[i] : weights[i] * closest[i];
      };
      kernel.byChunks(1, visit, bounds[p], bounds[p + 1]);
      masses[p] = mass;
    }
  }

  gains(candidates: Int32Array, gains: Float64Array): void {
    const { kernel, closest, chosen } = this;
    const { bounds, weights } = kernel;
    candidates.forEach((candidate, t) => {
      kernel.row(candidate, chosen);
      for (let p = 0; p < PARTITIONS; p++) {
        let gain = 0;
        const visit = (i: number): void => {
          const distance = kernel.d2(i, chosen, 0);
          if (distance < closest[i]) gain += (weights?.[i] ?? 1) * (closest[i] - distance);
        };
        kernel.byChunks(1, visit, bounds[p], bounds[p + 1]);
        gains[t * PARTITIONS + p] = gain;
      }
    });
  }

  reach(partition: number, before: number, target: number): number {
    const { bounds, weights } = this.kernel;
    return firstBeyond(this.closest, weights, bounds[partition], bounds[partition + 1], 0, before, target);
  }

  best(candidates: Int32Array): number {
    const gains = new Float64Array(candidates.length * PARTITIONS);
    this.gains(candidates, gains);
    return lowestPotential(total(this.masses), gains);
  }

  close(): void {
    // Nothing is held but garbage-collected memory.
  }
}
