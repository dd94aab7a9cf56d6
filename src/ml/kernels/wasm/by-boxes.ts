import { PARTITIONS } from '../kernel.js';
import type { Assignment } from './assignment.js';
import type { Scratch } from './crew.js';
import type { Grid } from './grid.js';
import { Snapshots } from './snapshots.js';
import type { Table } from './table.js';

/** Most clusters that the labels of the blocks can tell apart, with room to spare. */
export const BOX_CLUSTERS = 4096;
/** Stands for a centre that is not there; as in the assembly. */
const FAR = 1e18;

/** Boxes of rows meet the centres, see `assembly/boxes.ts`. For few columns. */
export class ByBoxes implements Assignment {
  readonly algorithm = {
    name: 'filtering',
    why: 'With so few columns a box of rows meets the centres as one: most centres are out for all of its rows.',
  };
  readonly scratch: Scratch;
  private readonly snapshots: Snapshots;
  private readonly movedRows: number;
  private readonly strict: number;
  private readonly list: number;
  private readonly room: number;
  private readonly tiles: number;
  private stands = false;

  constructor(
    private readonly table: Table,
    private readonly grid: Grid,
    private readonly k: number,
  ) {
    const { arena, rows, columns, crew } = table;
    this.tiles = Math.ceil(k / 8);
    this.room = 8 * this.tiles + 4;
    this.strict = arena.take(8 * k * columns);
    this.list = arena.take(16 * this.room);
    this.movedRows = arena.take(4 * PARTITIONS);
    const moving = arena.take(4 * Math.ceil(rows / 32));
    arena.i32(moving, Math.ceil(rows / 32)).fill(0);
    grid.write({
      labels: arena.take(64 * grid.blocks),
      next: arena.take(2 * rows),
      moving,
      movedRows: this.movedRows,
      centers: this.list,
    });
    this.snapshots = new Snapshots(table, k);
    const bytes = Math.ceil(crew.exports.boxScratchBytes(this.tiles) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
  }

  assign(centers: Float64Array): number {
    const { table, grid, k, strict, tiles, scratch } = this;
    table.arena.f64(strict, centers.length).set(centers);
    const norm = this.enlist(centers);
    // Both ends of a distance were rounded to float32.
    grid.write({ slip: 2 ** -24 * 1.02 * (grid.radius + norm) });
    table.write({ centers: strict, k, tiles, centerNorm: norm, matrix: 0 });
    if (this.stands) {
      this.snapshots.advance(norm, scratch);
    } else {
      this.snapshots.begin(norm, scratch);
      table.phase('takeLabels', grid.items, table.rows, scratch);
      this.stands = true;
    }
    table.phase('assignBoxes', grid.items, table.rows * k, scratch);
    table.phase('carryMarked', PARTITIONS, table.rows, scratch);
    return table.arena.i32(this.movedRows, PARTITIONS).reduce((sum, count) => sum + count, 0);
  }

  forget(): void {
    this.stands = false;
  }

  /** The centres less the middle, as the list that the boxes read. Returns the largest norm, rounded up. */
  private enlist(centers: Float64Array): number {
    const { table, k, room } = this;
    const { columns } = table;
    const middle = table.arena.f32(table.middle, columns);
    const list = table.arena.f32(this.list, 3 * room).fill(0);
    const numbers = table.arena.i32(this.list + 12 * room, room).fill(-1);
    let most = 0;
    for (let c = 0; c < k; c++) {
      let square = 0;
      for (let j = 0; j < columns; j++) {
        const x = centers[c * columns + j] - middle[j];
        list[j * room + c] = x;
        square += x * x;
      }
      numbers[c] = c;
      most = Math.max(most, square);
    }
    list.subarray(k, room).fill(FAR);
    return Math.sqrt(most) * (1 + 2 ** -20);
  }
}
