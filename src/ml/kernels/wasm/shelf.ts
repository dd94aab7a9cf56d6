import { Arena, BASE, SHELVED } from './arena.js';
import { bitsFor, Cells, cellsBytes, LEAST_BITS } from './cells.js';
import type { Crew } from './crew.js';
import type { Table } from './table.js';

/** Sets of centres whose cells are kept, and bytes for each. */
const SLOTS = 4;
const SLOT = 8 << 20;
/** The first byte above what is kept: where a table lies that shall leave it alone. */
export const SHELF_END = BASE + SLOTS * SLOT;
/** Least bytes of all pools for each cell. */
const POOLED = 48;

interface Kept {
  readonly centers: Float64Array;
  readonly columns: number;
  /** First byte of its slot. */
  readonly address: number;
  readonly cells: Cells;
  /** Rows that met these cells. */
  rows: number;
}

/**
 * Cells of the last few sets of centres, at the bottom of a team's memory, for the next call with the same centres: cells
 * depend on the centres and on where they were laid, not on the rows that they are asked for. That saves time and changes
 * no answer: rows that lie outside meet all centres, and where many do, cells are laid anew. The more rows come, the
 * smaller cells pay.
 */
export class Shelf {
  /** The one used last comes first. */
  private kept: Kept[] = [];

  constructor(private readonly memory: WebAssembly.Memory) {}

  /**
   * @param centers not to be written to any more
   * @param sample some rows of the table, which lies above {@link SHELF_END}
   * @returns null where there is no room for so many centres
   */
  cellsFor(table: Table, centers: Float64Array, sample: Float64Array): Cells | null {
    const { columns } = table;
    const stands = new Int32Array(this.memory.buffer, SHELVED, 1);
    if (stands[0] === 0) this.kept = [];
    stands[0] = 1;
    const known = this.kept.find((one) => one.columns === columns && same(one.centers, centers));
    const others = this.kept.filter((one) => one !== known);
    const k = centers.length / columns;
    let rows = table.rows;
    if (known?.cells.suit(table, sample)) {
      rows += known.rows;
      if (known.cells.bits >= (bitsWithRoom(table, k, rows) ?? 0)) {
        known.rows = rows;
        this.kept = [known, ...others];
        return known.cells;
      }
    }
    const bits = bitsWithRoom(table, k, rows);
    if (bits === null || bits < bitsFor(columns, k, table.rows)) return null;
    const last = others.length === SLOTS ? others.pop() : undefined;
    const address = known?.address ?? last?.address ?? BASE + others.length * SLOT;
    const site = { arena: new Arena(this.memory, address), bytes: SLOT };
    const cells = new Cells(table, centers, sample, bits, site);
    this.kept = [{ centers, columns, address, cells, rows }, ...others];
    return cells;
  }
}

const shelves = new WeakMap<WebAssembly.Memory, Shelf>();

/** What predictions of a crew keep; null where nothing may be kept, or what is lent lies there. */
export function shelfOf({ lent, memory }: Crew): Shelf | null {
  if (lent === null || lent.byteOffset < SHELF_END) return null;
  const shelf = shelves.get(memory) ?? new Shelf(memory);
  shelves.set(memory, shelf);
  return shelf;
}

/** Something else is written where these lie. */
export function clearShelf(memory: WebAssembly.Memory): void {
  new Int32Array(memory.buffer, SHELVED, 1)[0] = 0;
}

/** The size of cells for so many rows, as a slot has room for them; null where it has none. */
function bitsWithRoom(table: Table, k: number, rows: number): number | null {
  const fits = (bits: number): boolean => cellsBytes(table, k, bits) + POOLED * 2 ** (bits * table.columns) <= SLOT;
  let bits = bitsFor(table.columns, k, rows);
  while (bits > LEAST_BITS && !fits(bits)) bits--;
  return fits(bits) ? bits : null;
}

function same(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
