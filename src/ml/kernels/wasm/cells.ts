import type { Arena } from './arena.js';
import { CenterList } from './center-list.js';
import type { Scratch } from './crew.js';
import { writeRecord, type PlanFields } from './plan.js';
import type { Table } from './table.js';

/** The record of `assembly/cells.ts`, field by field. */
const FIELDS = ['table', 'parents', 'bits', 'bytes', 'lattice'] as const;
const REALS = ['slip'] as const;

export const CELLS_BYTES = 4 * (FIELDS.length + REALS.length);

/** A cell that has too many centres to list, as in the assembly. */
const ALL = 0x7fffffff;
/** Rows there shall be for each cell, so that making it pays, and must be for the largest cells. */
const ROWS_A_CELL = 48;
const LEAST_ROWS = 12;
/** Most cells to a side, as a power of two, by the number of columns; a parent has 2^3 of them to a side. */
const MOST_BITS = [12, 8, 6] as const;
/** More cells than these, or than so many for each centre, leave the second-level cache and cost more than they save. */
const NEAR_BITS = 15;
const CELLS_A_CENTER = 512;
export const LEAST_BITS = 3;
/** Bytes that a thread's pool has for each cell; where it runs out, rows meet all centres. */
const POOLED = 96;
/** The share of a sample, at either end, that the cells need not reach; and how far they reach beyond the rest. */
const TAIL = 0.01;
const MARGIN = 0.15;
/** The share of a sample that may lie outside of cells laid for other rows, and how much larger than their own those may be. */
const OUTSIDE = 0.1;
const LARGER = 8;
/** The share of a thread's memory that its lists may take before cells are laid anew. */
const FULL = 0.8;

/** Where cells are laid: in memory of the call, or in `bytes` of memory that outlasts it. */
export interface Site {
  readonly arena: Arena;
  readonly bytes: number | null;
}

/** Centres, and cells that know which of them may be nearest to their points, see `assembly/cells.ts`. For few columns. */
export class Cells {
  /** To be written into the plan. */
  readonly fields: Partial<PlanFields>;
  readonly scratch: Scratch;
  private readonly lattice = new Float32Array(12);

  /**
   * @param sample some rows of the table
   * @param bits there are 2^bits cells to a column; 0 for none: rows meet all centres
   */
  constructor(
    table: Table,
    centers: Float64Array,
    sample: Float64Array,
    readonly bits: number,
    { arena, bytes: room }: Site,
  ) {
    const { columns, crew } = table;
    const start = arena.mark();
    const k = centers.length / columns;
    const middle = arena.take(16);
    arena.f32(middle, columns).set(arena.f32(table.middle, columns));
    const list = new CenterList(table, k, arena);
    list.set(centers);
    const head = crew.exports.cellScratchBytes(list.tiles);
    const fields = { ...list.fields, packed: list.address, middle };
    if (bits === 0) {
      this.fields = { ...fields, cells: 0 };
      this.scratch = { address: arena.take(head * crew.size), bytes: head };
      return;
    }
    const cells = 2 ** (bits * columns);
    const parents = 2 ** ((bits - LEAST_BITS) * columns);
    const place = {
      table: arena.take(4 * (cells + 1)),
      parents: arena.take(4 * parents),
      lattice: arena.take(4 * 12),
    };
    // What lies outside has a cell of its own, which lists nothing.
    arena.i32(place.table, cells + 1).fill(0)[cells] = ALL;
    arena.i32(place.parents, parents).fill(0);
    const radius = layOut(this.lattice, sample, arena.f32(middle, columns), columns, bits);
    arena.f32(place.lattice, 12).set(this.lattice);
    const address = arena.take(CELLS_BYTES);
    const bytes =
      room === null
        ? head + POOLED * cells + 16 * list.tiles * 8 + (1 << 16)
        : Math.floor((start + room - arena.mark()) / crew.size / 64) * 64;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
    for (let rank = 0; rank < crew.size; rank++) arena.i32(this.scratch.address + rank * bytes, head / 4).fill(0);
    const slip = 2 ** -24 * 1.03 * (radius + list.norm);
    writeRecord(crew.memory, address, FIELDS, REALS, { ...place, bits, bytes, slip });
    this.fields = { ...fields, cells: address };
  }

  /** Whether rows of which this is a sample are well served by cells that were laid for others. */
  suit({ columns, arena, crew }: Table, sample: Float64Array): boolean {
    if (this.bits === 0) return true;
    for (let rank = 0; rank < crew.size; rank++) {
      const [used] = arena.i32(this.scratch.address + rank * this.scratch.bytes, 1);
      if (used > FULL * this.scratch.bytes) return false;
    }
    const { lattice } = this;
    const middle = arena.f32(this.fields.middle!, columns);
    const rows = sample.length / columns;
    const inside = new Uint8Array(rows).fill(1);
    let share = 1;
    for (let j = 0; j < columns; j++) {
      const extent = lattice[6 + j] * 2 ** this.bits;
      let [least, most] = [Infinity, -Infinity];
      for (let i = 0; i < rows; i++) {
        const along = sample[i * columns + j] - middle[j] - lattice[j];
        least = Math.min(least, along);
        most = Math.max(most, along);
        if (!(along >= 0 && along < extent)) inside[i] = 0;
      }
      const far = Math.max(Math.abs(least + lattice[j]), Math.abs(most + lattice[j]));
      share *= Math.min(1, extentOf(most - least, far) / extent);
    }
    const outside = inside.reduce((count, one) => count - one, rows);
    return outside <= OUTSIDE * rows && share * LARGER >= 1;
  }
}

/** What the cells reach over where rows spread so far, and are so far from the middle at most. */
function extentOf(spread: number, far: number): number {
  return Math.max(spread, far * 2 ** -16, 2 ** -100) * (1 + 2 * MARGIN);
}

/** How many cells, as a power of two, pay for so many rows; 0 for none. */
export function bitsFor(columns: number, k: number, rows: number): number {
  const fit = (each: number): number => Math.floor(Math.log2(rows / each) / columns);
  const near = Math.floor(Math.max(NEAR_BITS, Math.log2(CELLS_A_CENTER * k)) / columns);
  const most = Math.min(MOST_BITS[columns - 1], near);
  const bits = Math.min(most, Math.max(fit(ROWS_A_CELL), Math.min(LEAST_BITS, fit(LEAST_ROWS))));
  return bits < LEAST_BITS || k < 3 ? 0 : bits;
}

/** Bytes that {@link Cells} take beside what their pools hold. */
export function cellsBytes({ columns, crew }: Table, k: number, bits: number): number {
  const tiles = Math.ceil(k / 8);
  const tables = bits === 0 ? 0 : 4 * (2 ** (bits * columns) + 2 ** ((bits - LEAST_BITS) * columns));
  return 8 * k * columns + 16 * (8 * tiles + 4) + tables + crew.exports.cellScratchBytes(tiles) * crew.size + 1024;
}

/**
 * Lays the cells over most of a sample.
 * @param lattice OUT: where the cells begin, cells a unit, units a cell, what rounding may add to half a cell; 3 each
 * @returns the norm of the farthest corner
 */
function layOut(
  lattice: Float32Array,
  sample: Float64Array,
  middle: Float32Array,
  columns: number,
  bits: number,
): number {
  const rows = sample.length / columns;
  const column = new Float64Array(rows);
  let square = 0;
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = sample[i * columns + j] - middle[j];
    column.sort();
    const low = column[Math.floor(rows * TAIL)];
    const high = column[rows - 1 - Math.floor(rows * TAIL)];
    const far = Math.max(Math.abs(low), Math.abs(high));
    const extent = extentOf(high - low, far);
    const margin = (MARGIN / (1 + 2 * MARGIN)) * extent;
    const start = Math.fround(low - margin);
    const side = Math.fround(extent / 2 ** bits);
    const reach = far + 2 * margin;
    lattice[j] = start;
    lattice[3 + j] = 1 / side;
    lattice[6 + j] = side;
    lattice[9 + j] = reach * 2 ** -20;
    square += reach * reach;
  }
  return Math.sqrt(square);
}
