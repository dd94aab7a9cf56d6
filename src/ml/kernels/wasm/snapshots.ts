import type { Scratch } from './crew.js';
import type { Table } from './table.js';

/** Values of all centres up to which their distances from many earlier places cost little. */
const SMALL = 2 ** 14;

/** Earlier places of the centres that bounds may refer to, a power of two; they name one of them in 8 bits. Wide ones are fewer. */
export function snapshotsFor(columns: number, k: number): number {
  if (columns < 128) return 32;
  return k * columns <= SMALL ? 64 : 16;
}

/** Bytes that the snapshots of a training take. */
export function snapshotBytes(columns: number, k: number): number {
  const width = 8 * Math.ceil(k / 8);
  return (snapshotsFor(columns, k) + 1) * (k * 32 * Math.ceil(columns / 8) + 14 * width);
}

/** Where the centres of a training were, and how far they have moved since; see `assembly/snapshots.ts`. */
export class Snapshots {
  private readonly place;
  private readonly lineBytes: number;
  private readonly count: number;
  private now = 0;
  private used = 1;
  private reach = 0;

  constructor(
    private readonly table: Table,
    private readonly k: number,
  ) {
    const { arena, columns } = table;
    const width = 8 * Math.ceil(k / 8);
    this.count = snapshotsFor(columns, k);
    this.lineBytes = 4 * k * 8 * Math.ceil(columns / 8);
    this.place = {
      lines: arena.take(this.lineBytes),
      snapshots: arena.take(this.count * this.lineBytes),
      moved: arena.take(4 * this.count * width),
      movedMost: arena.take(4 * this.count * width),
      movedBoth: arena.take(4 * this.count * width),
      movedSteps: arena.take(2 * this.count * width),
      movedTwo: arena.take(4 * this.count),
    };
  }

  /** The current centres become the only snapshot. */
  begin(centerNorm: number, scratch: Scratch): void {
    const { table, k } = this;
    this.now = 0;
    this.used = 1;
    this.reach = centerNorm;
    table.write({ ...this.place, now: 0, reach: this.reach });
    table.phase('lineUp', k, k, scratch);
    this.keep();
  }

  /** Measures how far the centres have come, and keeps them in the place of the oldest snapshot. */
  advance(centerNorm: number, scratch: Scratch): void {
    const { table, k } = this;
    this.now = (this.now + 1) % this.count;
    this.reach = Math.max(this.reach, centerNorm);
    table.write({ ...this.place, now: this.now, reach: this.reach });
    table.phase('lineUp', k, k, scratch);
    table.phase('displace', this.used, this.used * k, scratch);
    this.used = Math.min(this.used + 1, this.count);
    this.keep();
  }

  private keep(): void {
    const { lines, snapshots } = this.place;
    const bytes = new Uint8Array(this.table.arena.memory.buffer);
    bytes.copyWithin(snapshots + this.now * this.lineBytes, lines, lines + this.lineBytes);
  }
}
