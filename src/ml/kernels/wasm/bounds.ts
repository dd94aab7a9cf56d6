import { PARTITIONS } from '../kernel.js';
import type { Scratch } from './crew.js';
import type { Sketch } from './sketch.js';
import { snapshotBytes, Snapshots, snapshotsFor } from './snapshots.js';
import type { Table } from './table.js';

/** The matrix has 65535 steps; this many times the typical norm of a row is as far as it reaches. */
const SPAN = 4;

/** Lower bounds for the nearest other centre, for every tile of 8 centres, or for every centre. */
export type BoundsKind = 'nearest' | 'groups' | 'matrix';

/** Clusters up to which their tiles can be told by the bits of one word. */
export const GROUPED_CLUSTERS = 512;

/** Steps of the matrix that one of the bounds for tiles is as long as: 255 of them reach a quarter of a typical norm. */
const GROUP_STEPS = 16;

/** Bytes of a row's bounds for tiles. */
function groupPitch(k: number): number {
  return 16 * Math.ceil(k / 128);
}

/** Bytes that the bounds of a training take. */
export function boundsBytes(rows: number, columns: number, k: number, kind: BoundsKind): number {
  const more = { nearest: 0, groups: groupPitch(k) + 2, matrix: 16 * Math.ceil(k / 8) };
  return rows * (9 + more[kind]) + snapshotBytes(columns, k);
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
    private readonly kind: BoundsKind,
    private readonly split: number,
    readonly sketch: Sketch | null,
  ) {
    const { arena, rows } = table;
    this.snapshots = new Snapshots(table, k);
    const groups = kind === 'groups';
    const movedBytes = snapshotsFor(table.columns, k) * groupPitch(k);
    const groupMoved = groups ? arena.take(movedBytes) : 0;
    if (groups) arena.f32(groupMoved, movedBytes / 4).fill(0);
    const step = (SPAN * (table.typicalNorm || 1)) / 65535;
    this.place = {
      lower: arena.take(4 * rows),
      upper: arena.take(4 * rows),
      stamps: arena.take(rows),
      sketch: this.sketch?.address ?? 0,
      groups: groups ? arena.take(rows * groupPitch(k)) : 0,
      groupPitch: groupPitch(k),
      groupMoved,
      matrix: kind === 'matrix' ? arena.take(16 * rows * Math.ceil(k / 8)) : 0,
      groupBases: groups ? arena.take(2 * rows) : 0,
      step,
      groupStep: GROUP_STEPS * step,
    };
  }

  /** All rows meet all centres and get bounds. */
  begin(centerNorm: number, scratch: Scratch): void {
    this.stand = true;
    this.table.write(this.place);
    this.snapshots.begin(centerNorm, scratch);
    this.sketch?.begin();
    this.table.phase('assignAndBound', PARTITIONS * this.split, this.table.rows * this.k, scratch);
  }

  /** The rows that their bounds do not settle meet those centres that may be nearer. */
  follow(centerNorm: number, scratch: Scratch): void {
    this.table.write(this.place);
    this.snapshots.advance(centerNorm, scratch);
    this.sketch?.follow();
    const phase = this.kind === 'groups' ? 'assignGrouped' : 'assignBounded';
    this.table.phase(phase, PARTITIONS * this.split, this.table.rows * this.k, scratch);
  }
}
