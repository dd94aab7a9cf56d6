import type { CenterList } from './center-list.js';
import type { Scratch } from './crew.js';
import { writeRecord } from './plan.js';
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
const LEAST_BITS = 3;
/** Bytes that a thread's pool has for each cell; where it runs out, rows meet all centres. */
const POOLED = 96;
/** The share of a sample, at either end, that the cells need not reach; and how far they reach beyond the rest. */
const TAIL = 0.01;
const MARGIN = 0.15;

/** Cells that know the centres that may be nearest to their points, see `assembly/cells.ts`. For few columns. */
export class Cells {
  /** To be written into the plan; 0 where there are too few rows for cells. */
  readonly address: number;
  readonly scratch: Scratch;

  /** @param sample some rows of the table */
  constructor(table: Table, list: CenterList, k: number, sample: Float64Array) {
    const { arena, columns, crew } = table;
    const most = MOST_BITS[columns - 1];
    const fit = (rows: number): number => Math.floor(Math.log2(table.rows / rows) / columns);
    const bits = Math.min(most, Math.max(fit(ROWS_A_CELL), Math.min(LEAST_BITS, fit(LEAST_ROWS))));
    const head = crew.exports.cellScratchBytes(list.tiles);
    if (bits < LEAST_BITS || k < 3) {
      this.address = 0;
      this.scratch = { address: arena.take(head * crew.size), bytes: head };
      return;
    }
    const cells = 2 ** (bits * columns);
    const bytes = head + POOLED * cells + 16 * list.tiles * 8 + (1 << 16);
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
    for (let rank = 0; rank < crew.size; rank++) arena.i32(this.scratch.address + rank * bytes, 1)[0] = 0;
    const parents = 2 ** ((bits - 3) * columns);
    const place = {
      table: arena.take(4 * (cells + 1)),
      parents: arena.take(4 * parents),
      lattice: arena.take(4 * 12),
    };
    // What lies outside has a cell of its own, which lists nothing.
    arena.i32(place.table, cells + 1).fill(0)[cells] = ALL;
    arena.i32(place.parents, parents).fill(0);
    const radius = layOut(arena.f32(place.lattice, 12), sample, arena.f32(table.middle, columns), columns, bits);
    this.address = arena.take(CELLS_BYTES);
    const slip = 2 ** -24 * 1.03 * (radius + list.norm);
    writeRecord(crew.memory, this.address, FIELDS, REALS, { ...place, bits, bytes, slip });
  }
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
  lattice.fill(0);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = sample[i * columns + j] - middle[j];
    column.sort();
    const low = column[Math.floor(rows * TAIL)];
    const high = column[rows - 1 - Math.floor(rows * TAIL)];
    const far = Math.max(Math.abs(low), Math.abs(high));
    const spread = Math.max(high - low, far * 2 ** -16, 2 ** -100);
    const start = Math.fround(low - MARGIN * spread);
    const side = Math.fround((spread * (1 + 2 * MARGIN)) / 2 ** bits);
    const reach = far + 2 * MARGIN * spread;
    lattice[j] = start;
    lattice[3 + j] = 1 / side;
    lattice[6 + j] = side;
    lattice[9 + j] = reach * 2 ** -20;
    square += reach * reach;
  }
  return Math.sqrt(square);
}
