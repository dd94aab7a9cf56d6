import { PARTITIONS } from '../kernel.js';
import type { Assignment } from './assignment.js';
import { CenterList } from './center-list.js';
import type { Scratch } from './crew.js';
import type { Grid } from './grid.js';
import { labelBytes, labelWidth } from './labels.js';
import { Snapshots } from './snapshots.js';
import type { Table } from './table.js';

/** Most clusters that the labels of the blocks can tell apart, with room to spare. */
export const BOX_CLUSTERS = 4096;

/** Boxes of rows meet the centres, see `assembly/boxes.ts`. For few columns. */
export class ByBoxes implements Assignment {
  readonly algorithm = {
    name: 'filtering',
    why: 'With so few columns a box of rows meets the centres as one: most centres are out for all of its rows.',
  };
  readonly scratch: Scratch;
  private readonly snapshots: Snapshots;
  private readonly movedRows: number;
  private readonly moving: number;
  private readonly next: number;
  private readonly list: CenterList;
  private stands = false;

  /** @param labels address of the rows' labels */
  constructor(
    private readonly table: Table,
    private readonly grid: Grid,
    private readonly k: number,
    private readonly labels: number,
  ) {
    const { arena, rows, crew } = table;
    this.list = new CenterList(table, k);
    this.movedRows = arena.take(4 * PARTITIONS);
    this.moving = arena.take(4 * Math.ceil(rows / 32));
    this.next = arena.take(labelBytes(rows, labelWidth(k)));
    this.unmark();
    grid.write({ moving: this.moving, movedRows: this.movedRows, centers: this.list.address });
    this.snapshots = new Snapshots(table, k);
    const bytes = Math.ceil(crew.exports.boxScratchBytes(this.list.tiles) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
  }

  assign(centers: Float64Array, fresh: boolean): number {
    const { table, grid, k, list, scratch } = this;
    list.set(centers);
    const { norm } = list;
    // Both ends of a distance were rounded to float32. Rows without a label take theirs at once.
    grid.write({ slip: 2 ** -24 * 1.02 * (grid.radius + norm), next: fresh ? this.labels : this.next });
    table.write({ matrix: 0, groups: 0 });
    if (this.stands) {
      this.snapshots.advance(norm, scratch);
    } else {
      this.snapshots.begin(norm, scratch);
      grid.begin();
      this.stands = true;
    }
    table.phase('assignBoxes', grid.items, table.rows * k, scratch);
    if (fresh) {
      this.unmark();
      return table.rows;
    }
    table.phase('carryMarked', PARTITIONS, table.rows, scratch);
    return table.arena.i32(this.movedRows, PARTITIONS).reduce((sum, count) => sum + count, 0);
  }

  carry(): void {
    // Done as the rows take their labels.
  }

  forget(): void {
    this.stands = false;
  }

  /** No row is to move. */
  private unmark(): void {
    const words = Math.ceil(this.table.rows / 32);
    this.table.arena.i32(this.moving, words).fill(0);
  }
}
