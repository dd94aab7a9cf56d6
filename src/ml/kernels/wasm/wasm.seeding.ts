import { PARTITIONS, type Seeding } from '../kernel.js';
import { Centers } from './centers.js';
import { GRID_COLUMNS } from './grid.js';
import type { Table } from './table.js';

/** Candidates that a pass over the rows takes: as many as there are bits in a byte, and centres in a tile. */
const AT_ONCE = 8;
/** Rows are screened as they are, nothing taken off, while their mean is at most so many times as long as they spread. */
const OFF_CENTRE = 2;

/** How far every row is from the closest row chosen so far, in the shared memory; see `assembly/seed.ts`. */
export class WasmSeeding implements Seeding {
  readonly closest: Float64Array;
  readonly masses = new Float64Array(PARTITIONS);
  private readonly mark: number;
  private readonly place;
  private readonly found: number;
  private readonly centers: Centers;
  private readonly flat: boolean;
  /** What the bytes of the rows tell of. */
  private candidates = new Int32Array(0);

  constructor(private readonly table: Table) {
    const { arena, rows, columns, wide } = table;
    this.mark = arena.mark();
    this.flat = columns <= GRID_COLUMNS;
    const middle = arena.f32(table.middle, columns);
    const direct = !this.flat && !wide && Math.hypot(...middle) <= OFF_CENTRE * table.typicalNorm;
    const output = arena.take(8 * rows);
    const origin = arena.take(4 * columns + 16);
    arena.f32(origin, columns).fill(0);
    this.place = {
      output,
      labels: arena.take(rows),
      lower: direct ? arena.take(4 * rows) : 0,
      middle: direct ? origin : table.middle,
    };
    this.found = arena.take(8 * AT_ONCE * PARTITIONS);
    this.centers = new Centers(table, AT_ONCE, !direct);
    this.closest = arena.f64(output, rows).fill(Infinity);
    if (!direct) return;
    table.write(this.place);
    table.phase('seedNorms', PARTITIONS, rows, this.centers.scratch);
  }

  add(row: number): void {
    const { table, place, centers, masses, found } = this;
    const { rows } = table;
    table.write(place);
    centers.set(this.valuesOf(Int32Array.of(row)), 1);
    const now = this.candidates.indexOf(row);
    table.write({ ...place, output2: found, now: Math.max(now, 0) });
    table.phase(now >= 0 ? 'seedTake' : 'seedAdd', PARTITIONS, rows, centers.scratch);
    table.phase('seedMasses', PARTITIONS / 4, rows, centers.scratch);
    masses.set(table.arena.f64(found, PARTITIONS));
    this.candidates = new Int32Array(0);
  }

  gains(candidates: Int32Array, gains: Float64Array): void {
    const { table, place, centers, found, flat } = this;
    for (let from = 0; from < candidates.length; from += AT_ONCE) {
      this.candidates = candidates.slice(from, from + AT_ONCE);
      const { length } = this.candidates;
      table.write(place);
      centers.set(this.valuesOf(this.candidates), length);
      table.write({ ...place, output2: found });
      table.phase(flat ? 'seedGainsFlat' : 'seedGains', PARTITIONS, table.rows * length, centers.scratch);
      gains.set(table.arena.f64(found, length * PARTITIONS), from * PARTITIONS);
    }
  }

  close(): void {
    const { table, mark } = this;
    table.write({ middle: table.middle, lower: 0 });
    table.arena.release(mark);
  }

  private valuesOf(chosen: Int32Array): Float64Array {
    const { columns } = this.table;
    const values = new Float64Array(chosen.length * columns);
    chosen.forEach((row, c) => {
      this.table.row(row, values.subarray(c * columns, (c + 1) * columns));
    });
    return values;
  }
}
