import { PARTITIONS } from '../kernel.js';
import type { Scratch } from './crew.js';
import type { Table } from './table.js';

/** Earlier places of the centres that bounds may refer to; a row refers to one of them in 8 bits. */
const SNAPSHOTS = 32;
/** The matrix has 65535 steps; this many times the typical norm of a row is as far as it reaches. */
const SPAN = 4;

/** Bytes that the bounds of a training take. */
export function boundsBytes(rows: number, columns: number, k: number, matrix: boolean): number {
  const width = 8 * Math.ceil(k / 8);
  const line = 32 * Math.ceil(columns / 8);
  return rows * (9 + (matrix ? 2 * width : 0)) + (SNAPSHOTS + 1) * k * line + 10 * SNAPSHOTS * width;
}

/** The bounds of one training, see `assembly/bounds.ts`. */
export class Bounds {
  private readonly place;
  private readonly lineBytes: number;
  /** Whether the rows have bounds; without, {@link begin} is next. */
  stand = false;
  private now = 0;
  private used = 1;
  private reach = 0;

  constructor(
    private readonly table: Table,
    private readonly k: number,
    readonly matrix: boolean,
    private readonly split: number,
  ) {
    const { arena, rows, columns } = table;
    const width = 8 * Math.ceil(k / 8);
    this.lineBytes = 4 * k * 8 * Math.ceil(columns / 8);
    this.place = {
      lower: arena.take(4 * rows),
      upper: arena.take(4 * rows),
      stamps: arena.take(rows),
      matrix: matrix ? arena.take(2 * rows * width) : 0,
      lines: arena.take(this.lineBytes),
      snapshots: arena.take(SNAPSHOTS * this.lineBytes),
      moved: arena.take(4 * SNAPSHOTS * width),
      movedMost: arena.take(4 * SNAPSHOTS * width),
      movedSteps: arena.take(2 * SNAPSHOTS * width),
    };
  }

  /** All rows meet all centres and get bounds. */
  begin(centerNorm: number, scratch: Scratch): void {
    const { table, k } = this;
    this.stand = true;
    this.now = 0;
    this.used = 1;
    this.reach = centerNorm;
    table.write({ ...this.place, now: 0, reach: this.reach, step: (SPAN * (table.typicalNorm || 1)) / 65535 });
    table.phase('lineUp', k, k, scratch);
    this.keep();
    table.phase('assignAndBound', PARTITIONS * this.split, table.rows * k, scratch);
  }

  /** The rows that their bounds do not settle meet those centres that may be nearer. */
  follow(centerNorm: number, scratch: Scratch): void {
    const { table, k } = this;
    this.now = (this.now + 1) % SNAPSHOTS;
    this.reach = Math.max(this.reach, centerNorm);
    table.write({ ...this.place, now: this.now, reach: this.reach });
    table.phase('lineUp', k, k, scratch);
    table.phase('displace', this.used, this.used * k, scratch);
    this.used = Math.min(this.used + 1, SNAPSHOTS);
    this.keep();
    table.phase('assignBounded', PARTITIONS * this.split, table.rows * k, scratch);
  }

  /** The current centres become the current snapshot. */
  private keep(): void {
    const { lines, snapshots } = this.place;
    const bytes = new Uint8Array(this.table.arena.memory.buffer);
    bytes.copyWithin(snapshots + this.now * this.lineBytes, lines, lines + this.lineBytes);
  }
}
