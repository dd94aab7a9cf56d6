import { PARTITIONS, type Seeding } from '../kernel.js';
import { NO_SCRATCH } from './crew.js';
import type { Table } from './table.js';

/** How far every row is from the closest row chosen so far, in the shared memory. */
export class WasmSeeding implements Seeding {
  readonly closest: Float64Array;
  readonly masses = new Float64Array(PARTITIONS);
  private readonly mark: number;
  private readonly output: number;

  constructor(private readonly kernel: Table) {
    const { arena, rows } = kernel;
    this.mark = arena.mark();
    this.output = arena.take(8 * rows);
    this.closest = arena.f64(this.output, rows).fill(Infinity);
  }

  add(row: number): void {
    this.phase('seedAdd', Int32Array.of(row), PARTITIONS, this.masses);
  }

  gains(candidates: Int32Array, gains: Float64Array): void {
    this.phase('seedGains', candidates, candidates.length * PARTITIONS, gains);
  }

  close(): void {
    this.kernel.arena.release(this.mark);
  }

  /** The rows as centres, then the phase; `out` takes what it leaves for each item. */
  private phase(name: 'seedAdd' | 'seedGains', chosen: Int32Array, items: number, out: Float64Array): void {
    const { kernel, output } = this;
    const { arena, columns, rows } = kernel;
    const mark = arena.mark();
    const centers = arena.take(8 * chosen.length * columns);
    chosen.forEach((row, c) => {
      kernel.row(row, arena.f64(centers + 8 * c * columns, columns));
    });
    const output2 = arena.take(8 * items);
    kernel.write({ centers, output, output2 });
    kernel.phase(name, items, rows * chosen.length, NO_SCRATCH);
    out.set(arena.f64(output2, items));
    arena.release(mark);
  }
}
