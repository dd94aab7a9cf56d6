import { PARTITIONS } from '../kernel.js';
import { NO_SCRATCH } from './crew.js';
import { writeRecord } from './plan.js';
import type { Table } from './table.js';

/** The record of `assembly/grid.ts`, field by field. */
const FIELDS = [
  'blocks',
  'order',
  'order2',
  'lowers',
  'buckets',
  'points',
  'boxes',
  'packed',
  'next',
  'moving',
  'movedRows',
  'states',
  'slacks',
  'stamps',
  'centers',
  'extent',
  'cells',
  'shift',
  'exact',
] as const;
const REALS = ['slip'] as const;

type GridFields = Record<(typeof FIELDS)[number] | (typeof REALS)[number], number>;

export const GRID_BYTES = 4 * (FIELDS.length + REALS.length);

/** Columns up to which boxes of rows are a match for single rows. */
export const GRID_COLUMNS = 3;
/** The middle's length, in typical rows, up to which points need not be less it. */
const NEAR = 4;
/** Rows a block, blocks a phase's item takes; as in the assembly. */
export const BLOCK = 32;
const BLOCKS = 64;
/** Buckets that all rows are sorted into, as in the assembly, and how many of them an item takes. */
const BUCKETS = 2048;
const GROUP = 32;
/** Cells a column, by the number of columns, and the bits of a key that tell apart rows of one bucket. */
const CELLS = [4194304, 2048, 128] as const;
const LOWER = [11, 11, 10] as const;

/** Bytes of a thread's scratch for a block's points. */
const SCRATCH = 4 * GRID_COLUMNS * BLOCK;

/** The rows of a table of few columns along a space-filling curve, in blocks that know their boxes. */
export class Grid {
  readonly blocks: number;
  /** Items of a phase that goes over the blocks. */
  readonly items: number;
  /** Largest norm of a row less the middle. */
  readonly radius: number;
  /** Whether points are the rows' very values: float32 and not less a middle. */
  readonly exact: boolean;
  private readonly address: number;
  private readonly place;
  /** Whether the packed points are there. */
  private packed = false;

  constructor(private readonly table: Table) {
    const { arena, rows } = table;
    this.blocks = Math.ceil(rows / BLOCK);
    this.items = Math.ceil(this.blocks / BLOCKS);
    this.address = arena.take(GRID_BYTES);
    this.exact = this.settle();
    const order = arena.take(4 * this.blocks * BLOCK);
    this.write({ blocks: this.blocks, order });
    table.write({ grid: this.address });
    // What the sort needs for a while lies where the rest will.
    const mark = arena.mark();
    this.radius = this.sort(order);
    arena.release(mark);
    const places = arena.i32(order, this.blocks * BLOCK);
    places.fill(places[rows - 1], rows);
    this.place = {
      packed: arena.take(4 * this.blocks * BLOCK),
      boxes: arena.take(32 * this.blocks),
      states: arena.take(4 * this.blocks),
      slacks: arena.take(4 * this.blocks),
      stamps: arena.take(this.blocks),
    };
    this.write(this.place);
  }

  /** Lays the points and the boxes, for a seeding; who asks for the points gives their memory back. */
  layPoints(): void {
    const { arena, rows, columns } = this.table;
    this.write({ points: arena.take(4 * this.blocks * BLOCK * columns) });
    this.table.phase('fillBlocks', this.items, rows, NO_SCRATCH);
  }

  /** For a training: the packed points and the boxes; nothing is known of the blocks. */
  begin(): void {
    const { blocks, place, table } = this;
    const { arena, rows, crew } = table;
    if (!this.packed) {
      const mark = arena.mark();
      const scratch = { address: arena.take(SCRATCH * crew.size), bytes: SCRATCH };
      table.phase('packBlocks', this.items, rows, scratch);
      arena.release(mark);
      this.packed = true;
    }
    arena.i32(place.states, blocks).fill(-1);
    arena.f32(place.slacks, blocks).fill(-1);
    new Uint8Array(arena.memory.buffer, place.stamps, blocks).fill(0);
  }

  write(fields: Partial<GridFields>): void {
    writeRecord(this.table.crew.memory, this.address, FIELDS, REALS, fields);
  }

  /** Takes the rows as they are where that costs the distances hardly any bits. */
  private settle(): boolean {
    const { table } = this;
    if (table.wide) return false;
    const middle = table.arena.f32(table.middle, table.columns);
    if (Math.hypot(...middle) > NEAR * table.typicalNorm) return false;
    table.shiftMiddle(Float64Array.from(middle, (value) => -value));
    return true;
  }

  /** By the cells that the rows lie in, the upper bits of their keys first. Returns the radius. */
  private sort(order: number): number {
    const { table } = this;
    const { arena, rows, columns, crew } = table;
    const extent = arena.take(16 * PARTITIONS * columns);
    const cells = arena.take(16 * columns);
    const order2 = arena.take(4 * rows);
    const lowers = arena.take(2 * rows);
    const buckets = arena.take(4 * PARTITIONS * BUCKETS);
    const bytes = Math.ceil(crew.exports.sortBytes() / 128) * 128;
    const scratch = { address: arena.take(bytes * crew.size), bytes };
    const exact = this.exact ? 1 : 0;
    this.write({ extent, cells, order, order2, lowers, buckets, shift: LOWER[columns - 1], exact });
    table.phase('extend', PARTITIONS, rows, scratch);
    const radius = this.fit(extent, cells);
    table.phase('keyRows', PARTITIONS, rows, scratch);
    table.phase('placeKeys', 1, 1, scratch);
    table.phase('moveRows', PARTITIONS, rows, scratch);
    table.phase('sortBuckets', BUCKETS / GROUP, rows, scratch);
    return radius;
  }

  /** Where the cells begin and how many there are to a unit. Returns the radius. */
  private fit(extent: number, place: number): number {
    const { arena, columns, middle } = this.table;
    const ends = arena.f64(extent, 2 * PARTITIONS * columns);
    const cells = arena.f32(place, 4 * columns);
    const last = arena.i32(place, 4 * columns);
    const middles = arena.f32(middle, columns);
    let square = 0;
    for (let j = 0; j < columns; j++) {
      let least = Infinity;
      let most = -Infinity;
      for (let p = 0; p < PARTITIONS; p++) {
        least = Math.min(least, ends[2 * (p * columns + j)]);
        most = Math.max(most, ends[2 * (p * columns + j) + 1]);
      }
      cells[4 * j] = least - middles[j];
      cells[4 * j + 1] = most > least ? CELLS[columns - 1] / (most - least) : 0;
      last[4 * j + 2] = CELLS[columns - 1] - 1;
      square += Math.max(most - middles[j], middles[j] - least) ** 2;
    }
    return Math.sqrt(square);
  }
}
