import { PARTITIONS, type Seeding } from '../kernel.js';
import { lowestPotential, total } from '../potential.js';
import type { PhaseName } from './binary.js';
import { Candidates, LANES } from './candidates.js';
import type { Scratch } from './crew.js';
import type { Grid } from './grid.js';
import { Prefixes } from './prefixes.js';
import { SEED_BYTES, writeSeed, type SeedFields } from './seed.js';
import type { Table } from './table.js';

/** Below such a potential float32 tells nothing. */
const FAINT = 1e-25;

/** How far every row is from the closest row chosen so far, in the shared memory. See `assembly/seed.ts`. */
export class WasmSeeding implements Seeding {
  readonly closest: Float64Array;
  readonly masses = new Float64Array(PARTITIONS);
  private readonly mark: number;
  private readonly seed: number;
  private readonly masks: Uint8Array;
  private readonly results: number;
  private readonly prefixes: Prefixes;
  private readonly chunks: number;
  /** Pieces that the rows meet candidates in. */
  private readonly items: number;
  private readonly split: number;
  private readonly candidates: Candidates;
  private readonly scratch: Scratch;
  /** The rows that the masks are for. */
  private met: number[] = [];

  /**
   * @param grid of the table, where its blocks are to be used; without weights only
   */
  constructor(
    private readonly table: Table,
    private readonly grid: Grid | null,
  ) {
    const { arena, rows, columns, crew } = table;
    this.mark = arena.mark();
    this.split = table.splitFor(LANES);
    this.chunks = PARTITIONS * this.split;
    this.items = grid?.items ?? this.chunks;
    this.seed = arena.take(SEED_BYTES);
    // Read a few at a time, past the end.
    const closest = arena.take(8 * rows + 64);
    const squares = arena.take(4 * rows + 64);
    const masks = arena.take(rows + 64);
    this.prefixes = new Prefixes(table, closest);
    this.results = arena.take(8 * Math.max(2 * LANES * this.items, LANES * PARTITIONS));
    this.candidates = new Candidates(table);
    const bytes = Math.ceil(crew.exports.scratchBytes(columns, 1) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
    this.closest = arena.f64(closest, rows);
    this.masks = new Uint8Array(arena.memory.buffer, masks, rows);
    const direct = this.candidates.direct ? 1 : 0;
    const { address: prefixes, pitch } = this.prefixes;
    this.write({ closest, squares, masks, prefixes, results: this.results, pitch, direct });
    if (grid !== null) {
      grid.layPoints();
      this.write({
        marks: arena.take(32 * grid.blocks),
        near: arena.take(128 * grid.blocks),
        most: arena.take(4 * grid.blocks),
        slip: 2 ** -24 * 2.1 * grid.radius,
      });
    }
    this.phase('seedBegin', this.chunks, rows);
  }

  add(row: number): void {
    const { table, grid, chunks } = this;
    const chosen = this.met.indexOf(row);
    if (chosen < 0) {
      this.candidates.set(Int32Array.of(row));
      this.masks.fill(255);
      this.met = [row];
    }
    this.write({ chosen: Math.max(0, chosen) });
    if (grid === null || chosen < 0) this.phase('seedAdd', chunks, table.rows);
    if (grid !== null) this.phase(chosen < 0 ? 'nearTake' : 'nearAdd', grid.items, table.rows);
    this.phase('seedMasses', PARTITIONS / 4, table.rows / table.columns);
    this.masses.set(table.arena.f64(this.results, PARTITIONS));
  }

  reach(partition: number, before: number, target: number): number {
    return this.prefixes.reach(partition, before, target);
  }

  gains(candidates: Int32Array, gains: Float64Array): void {
    for (let from = 0; from < candidates.length; from += LANES) {
      const group = candidates.subarray(from, from + LANES);
      this.meet(group);
      if (this.grid !== null) this.phase('nearScatter', this.grid.items, this.table.rows);
      this.phase('seedGains', group.length * PARTITIONS, this.table.rows);
      gains.set(this.table.arena.f64(this.results, group.length * PARTITIONS), from * PARTITIONS);
    }
  }

  best(candidates: Int32Array): number {
    const potential = total(this.masses);
    const distinct = this.distinct(candidates);
    const gains = new Float64Array(distinct.length);
    const doubts = new Float64Array(distinct.length);
    for (let from = 0; from < distinct.length; from += LANES) {
      const group = distinct.slice(from, from + LANES);
      this.meet(Int32Array.from(group, (t) => candidates[t]));
      this.weigh(gains.subarray(from, from + LANES), doubts.subarray(from, from + LANES), potential);
    }
    const least = gains.reduce((most, gain, i) => Math.max(most, gain - doubts[i]), 0);
    // Written so that what is not a number stays in.
    const left = distinct.filter((_, i) => !(gains[i] + doubts[i] < least) || potential < FAINT);
    if (left.length === 1) return left[0];
    const strict = new Float64Array(left.length * PARTITIONS);
    this.gains(
      Int32Array.from(left, (t) => candidates[t]),
      strict,
    );
    return left[lowestPotential(potential, strict)];
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  /** Indices of the candidates without those whose values an earlier one has: they tie, and the first wins. */
  private distinct(candidates: Int32Array): number[] {
    const { table } = this;
    const rows = Array.from(candidates, (row) => {
      const values = new Float64Array(table.columns);
      table.row(row, values);
      return values;
    });
    const same = (a: Float64Array, b: Float64Array): boolean => a.every((value, j) => value === b[j]);
    return Array.from(rows.keys()).filter((t) => !rows.slice(0, t).some((earlier) => same(earlier, rows[t])));
  }

  /** The rows meet up to 8 candidates. */
  private meet(candidates: Int32Array): void {
    const error = this.candidates.set(candidates);
    this.write({ count: candidates.length, ...error });
    this.met = Array.from(candidates);
    this.phase(this.grid === null ? 'seedMeet' : 'nearMeet', this.items, this.table.rows * candidates.length);
  }

  /** What the candidates that were met last take off, and how far that may be from their strict gains. */
  private weigh(gains: Float64Array, doubts: Float64Array, potential: number): void {
    const { table, items } = this;
    const results = table.arena.f64(this.results, 2 * LANES * items);
    for (let at = 0; at < results.length; at += 2 * LANES) {
      for (let c = 0; c < gains.length; c++) {
        gains[c] += results[at + c];
        doubts[c] += results[at + LANES + c];
      }
    }
    // Rounding: float32 within a block of rows; float64 in the strict sums.
    const strict = potential * (table.rows / PARTITIONS + table.columns + 64) * 2 ** -51;
    for (let c = 0; c < gains.length; c++) doubts[c] = 1.0001 * doubts[c] + 5e-6 * gains[c] + strict;
  }

  private write(fields: Partial<SeedFields>): void {
    writeSeed(this.table.crew.memory, this.seed, fields);
  }

  private phase(name: PhaseName, items: number, work: number): void {
    this.table.write({ output: this.seed, split: this.split });
    this.table.phase(name, items, work, this.scratch);
  }
}
