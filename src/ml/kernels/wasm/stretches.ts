import { STRETCH, type Masses } from '../potential.js';
import type { PhaseName } from './binary.js';
import type { Table } from './table.js';

/** Stretches that an item of a phase takes, as in the assembly. */
const STRETCHES = 16;

/** The masses of a seeding whose squared distances stand in the table's order; see `assembly/seed.ts`. */
export class Stretches implements Masses {
  readonly count: number;
  /** Items of a phase that goes over them. */
  readonly items: number;
  /** Addresses for the record of the seeding. */
  readonly sums: number;
  readonly magnet: number;
  private readonly closest: Float64Array;
  private readonly weights: Float64Array | null;

  /**
   * @param closest address of the squared distances, float64 a row
   * @param phase runs a phase of the seeding
   */
  constructor(
    private readonly table: Table,
    closest: number,
    private readonly phase: (name: PhaseName, items: number, work: number) => void,
  ) {
    const { arena, rows, weights } = table;
    this.count = Math.ceil(rows / STRETCH);
    this.items = Math.ceil(this.count / STRETCHES);
    this.sums = arena.take(8 * this.count);
    this.magnet = arena.take(8);
    this.closest = arena.f64(closest, rows);
    this.weights = weights === 0 ? null : arena.f64(weights, rows);
  }

  largest(): number {
    const { table, items } = this;
    this.phase('seedLargest', items, table.rows / table.columns);
    return table.arena.f64(this.sums, items).reduce((a, b) => Math.max(a, b));
  }

  addUp(magnet: number, sums: Float64Array): void {
    const { table, items, count } = this;
    table.arena.f64(this.magnet, 1)[0] = magnet;
    this.phase('seedMasses', items, table.rows / table.columns);
    sums.set(table.arena.f64(this.sums, count));
  }

  list(stretch: number, out: Float64Array): void {
    const { closest, weights } = this;
    for (let i = 0, row = stretch * STRETCH; i < out.length; i++, row++) {
      out[i] = weights === null ? closest[row] : weights[row] * closest[row];
    }
  }
}
