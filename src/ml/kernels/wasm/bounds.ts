import { PARTITIONS } from '../kernel.js';
import type { Scratch } from './crew.js';
import type { Sketch } from './sketch.js';
import { snapshotBytes, Snapshots } from './snapshots.js';
import type { Table } from './table.js';

/** The matrix has 65535 steps; this many times the typical norm of a row is as far as it reaches. */
const SPAN = 4;

/** Bytes that the bounds of a training take. */
export function boundsBytes(rows: number, columns: number, k: number, matrix: boolean): number {
  return rows * (9 + (matrix ? 16 * Math.ceil(k / 8) : 0)) + snapshotBytes(columns, k);
}

/** The bounds of one training, see `assembly/bounds.ts`. */
export class Bounds {
  /** Whether the rows have bounds; without, {@link begin} is next. */
  stand = false;
  private readonly snapshots: Snapshots;
  private readonly place;

  constructor(
    private readonly table: Table,
    private readonly k: number,
    matrix: boolean,
    private readonly split: number,
    readonly sketch: Sketch | null,
  ) {
    const { arena, rows } = table;
    this.snapshots = new Snapshots(table, k);
    this.place = {
      lower: arena.take(4 * rows),
      upper: arena.take(4 * rows),
      stamps: arena.take(rows),
      sketch: this.sketch?.address ?? 0,
      matrix: matrix ? arena.take(16 * rows * Math.ceil(k / 8)) : 0,
      step: (SPAN * (table.typicalNorm || 1)) / 65535,
    };
  }

  /** All rows meet all centres and get bounds. */
  begin(centerNorm: number, scratch: Scratch): void {
    this.stand = true;
    this.table.write(this.place);
    this.snapshots.begin(centerNorm, scratch);
    this.table.phase('assignAndBound', PARTITIONS * this.split, this.table.rows * this.k, scratch);
  }

  /** The rows that their bounds do not settle meet those centres that may be nearer. */
  follow(centerNorm: number, scratch: Scratch): void {
    this.table.write(this.place);
    this.snapshots.advance(centerNorm, scratch);
    this.sketch?.follow();
    this.table.phase('assignBounded', PARTITIONS * this.split, this.table.rows * this.k, scratch);
  }
}
