import { PARTITIONS, type Seeding } from '../kernel.js';
import { lowest, Potential } from '../potential.js';
import type { PhaseName } from './binary.js';
import { formOf, packedBytes, Packing, roomBeside } from './bytes.js';
import { LANES } from './candidates.js';
import { NO_SCRATCH, type Packed } from './crew.js';
import { SCANNED } from './scan.js';
import { SEED_BYTES, writeSeed, type SeedFields } from './seed.js';
import { Stretches } from './stretches.js';
import type { Table } from './table.js';

/** Candidates whose lines lie side by side. */
const GROUP = 4;

/** A seeding of a table in bytes, whose distances in integers are the strict ones. See `assembly/bytes.ts`. */
export class ByteSeeding implements Seeding {
  readonly closest: Float64Array;
  private readonly seed: number;
  private readonly bytes: Uint8Array;
  private readonly squares: number;
  private readonly lines: number;
  private readonly results: number;
  private readonly stretches: Stretches;
  private readonly total: Potential;
  private readonly split: number;
  private readonly chunks: number;
  /** The rows that `distances` are to. */
  private met: number[] = [];

  /**
   * @param packed the table in bytes, taken from the arena last
   * @param mark of the arena, to be released to in the end
   */
  constructor(
    private readonly table: Table,
    packed: Packed,
    private readonly mark: number,
  ) {
    const { arena, rows, columns } = table;
    this.split = table.splitFor(LANES);
    this.chunks = PARTITIONS * this.split;
    this.seed = arena.take(SEED_BYTES);
    const closest = arena.take(8 * rows);
    this.squares = arena.take(4 * rows);
    const distances = arena.take(4 * LANES * rows);
    this.lines = arena.take(4 * LANES + 2 * LANES * padded(columns));
    this.stretches = new Stretches(table, closest, (name, items, work) => {
      this.phase(name, items, work);
    });
    this.results = arena.take(8 * LANES * this.stretches.count);
    this.total = new Potential(rows, this.stretches);
    this.bytes = new Uint8Array(arena.memory.buffer, packed.address, rows * columns);
    this.closest = arena.f64(closest, rows).fill(Infinity);
    this.write({
      closest,
      squares: this.squares,
      results: this.results,
      sums: this.stretches.sums,
      magnet: this.stretches.magnet,
      bytes: packed.address,
      unit: packed.unit,
      lines: this.lines,
      distances,
      begin: 1,
    });
  }

  get potential(): number {
    return this.total.total;
  }

  add(row: number): void {
    const { table } = this;
    if (!this.met.includes(row)) this.meet(Int32Array.of(row));
    this.write({ chosen: this.met.indexOf(row) });
    this.phase('bytesAdd', this.chunks, table.rows / table.columns);
    this.total.settle();
  }

  draw(share: number): number {
    return this.total.draw(share);
  }

  best(candidates: Int32Array): number {
    const { table, stretches } = this;
    const { count, items } = stretches;
    const potentials: number[] = [];
    for (let from = 0; from < candidates.length; from += LANES) {
      const group = candidates.subarray(from, from + LANES);
      this.meet(group);
      this.phase('bytesGains', items, (table.rows * group.length) / table.columns);
      for (let c = 0; c < group.length; c++) {
        potentials.push(this.total.without(table.arena.f64(this.results + 8 * c * count, count)));
      }
    }
    return lowest(potentials);
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  /** The rows meet up to 8 candidates. */
  private meet(candidates: Int32Array): void {
    const { table, bytes, lines } = this;
    const { arena, rows, columns } = table;
    const norms = arena.i32(lines, LANES);
    const width = padded(columns);
    const values = new Int16Array(arena.memory.buffer, lines + 4 * LANES, LANES * width).fill(0);
    candidates.forEach((row, c) => {
      const group = Math.floor(c / GROUP) * GROUP * width + (c % GROUP) * 8;
      let square = 0;
      for (let j = 0; j < columns; j++) {
        const value = bytes[row * columns + j];
        values[group + (j >> 3) * 8 * GROUP + (j & 7)] = value;
        square += value * value;
      }
      norms[c] = square;
    });
    this.write({ count: candidates.length });
    this.met = Array.from(candidates);
    this.phase('bytesMeet', this.chunks, rows * candidates.length);
    this.write({ begin: 0 });
  }

  private write(fields: Partial<SeedFields>): void {
    writeSeed(this.table.crew.memory, this.seed, fields);
  }

  private phase(name: PhaseName, items: number, work: number): void {
    this.table.write({ output: this.seed, split: this.split });
    this.table.phase(name, items, work, NO_SCRATCH);
  }
}

function padded(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}

/**
 * The table in bytes, taken from the arena: what is there already, or packed now.
 * @param sample some of its rows
 * @param present packed while the values were looked at, perhaps overwritten since
 * @returns null where it is not of such a form, or there is no room; then nothing is taken
 */
export function takeBytes(table: Table, sample: Float64Array, present: Packed | null): Packed | null {
  const { arena, rows, columns } = table;
  const size = packedBytes(rows * columns);
  if (present !== null && (present.held || arena.adopt(present.address, size))) return present;
  const form = formOf(sample, columns);
  if (form === null || arena.room < size + roomBeside(rows)) return null;
  const mark = arena.mark();
  const bytes = arena.take(size);
  const inner = arena.mark();
  const packing = new Packing(arena, form, bytes);
  table.write({ output2: packing.address });
  const chunks = Math.ceil((rows * columns) / SCANNED);
  // Most tables are found out by their first values.
  table.phase('packBytes', 1, 1, NO_SCRATCH);
  if (!packing.failed) table.phase('packBytes', chunks, rows, NO_SCRATCH);
  arena.release(packing.failed ? mark : inner);
  return packing.packed;
}
