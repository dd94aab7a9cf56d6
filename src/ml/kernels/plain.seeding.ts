import type { Kernel, Seeding } from './kernel.js';
import { lowest, Potential, rounded, STRETCH, type Masses } from './potential.js';

/** What a seeding asks of the kernel. */
interface Rows extends Pick<Kernel, 'rows' | 'columns' | 'row'> {
  readonly weights: Float64Array | null;
  d2(row: number, centers: Float64Array, c: number): number;
  byChunks(work: number, visit: (row: number) => void, from: number, to: number): void;
}

/** Strict distances of all rows to every candidate. */
export class PlainSeeding implements Seeding, Masses {
  readonly closest: Float64Array;
  private readonly chosen: Float64Array;
  private readonly total: Potential;

  constructor(private readonly kernel: Rows) {
    this.closest = new Float64Array(kernel.rows).fill(Infinity);
    this.chosen = new Float64Array(kernel.columns);
    this.total = new Potential(kernel.rows, this);
  }

  get potential(): number {
    return this.total.total;
  }

  add(row: number): void {
    const { kernel, closest, chosen } = this;
    kernel.row(row, chosen);
    this.visit((i) => {
      const distance = kernel.d2(i, chosen, 0);
      if (distance < closest[i]) closest[i] = distance;
    });
    this.total.settle();
  }

  draw(share: number): number {
    return this.total.draw(share);
  }

  best(candidates: Int32Array): number {
    const { kernel, closest, chosen } = this;
    const { attraction } = this.total;
    const left = Array.from(candidates, (candidate) => {
      kernel.row(candidate, chosen);
      const gains = new Float64Array(Math.ceil(kernel.rows / STRETCH));
      this.visit((i) => {
        const distance = kernel.d2(i, chosen, 0);
        if (!(distance < closest[i])) return;
        gains[Math.floor(i / STRETCH)] +=
          rounded(this.mass(i, closest[i]), attraction) - rounded(this.mass(i, distance), attraction);
      });
      return this.total.without(gains);
    });
    return lowest(left);
  }

  close(): void {
    // Nothing is held but garbage-collected memory.
  }

  largest(): number {
    let most = 0;
    this.visit((i) => {
      most = Math.max(most, this.mass(i, this.closest[i]));
    });
    return most;
  }

  addUp(magnet: number, sums: Float64Array): void {
    sums.fill(0);
    this.visit((i) => {
      sums[Math.floor(i / STRETCH)] += rounded(this.mass(i, this.closest[i]), magnet);
    });
  }

  list(stretch: number, out: Float64Array): void {
    for (let i = 0; i < out.length; i++) out[i] = this.mass(stretch * STRETCH + i, this.closest[stretch * STRETCH + i]);
  }

  private mass(row: number, closest: number): number {
    const { weights } = this.kernel;
    return weights === null ? closest : weights[row] * closest;
  }

  private visit(one: (row: number) => void): void {
    this.kernel.byChunks(1, one, 0, this.kernel.rows);
  }
}
