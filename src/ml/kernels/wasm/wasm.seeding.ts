import { PARTITIONS, type Seeding } from '../kernel.js';
import { lowest, Potential } from '../potential.js';
import type { PhaseName } from './binary.js';
import { Candidates, distinct, LANES } from './candidates.js';
import type { Scratch } from './crew.js';
import { SEED_BYTES, writeSeed, type SeedFields } from './seed.js';
import { Stretches } from './stretches.js';
import type { Table } from './table.js';

/** Below such a potential float32 tells nothing. */
const FAINT = 1e-25;

/** How far every row is from the closest row chosen so far, in the shared memory. See `assembly/seed.ts`. */
export class WasmSeeding implements Seeding {
  readonly closest: Float64Array;
  private readonly mark: number;
  private readonly seed: number;
  private readonly masks: Uint8Array;
  private readonly results: number;
  private readonly stretches: Stretches;
  private readonly chunks: number;
  private readonly split: number;
  private readonly candidates: Candidates;
  private readonly scratch: Scratch;
  private readonly total: Potential;
  /** The rows that the masks are for. */
  private met: number[] = [];

  constructor(private readonly table: Table) {
    const { arena, rows, columns, crew } = table;
    this.mark = arena.mark();
    this.split = table.splitFor(LANES);
    this.chunks = PARTITIONS * this.split;
    this.seed = arena.take(SEED_BYTES);
    // Read a few at a time, past the end.
    const closest = arena.take(8 * rows + 64);
    const squares = arena.take(4 * rows + 64);
    const masks = arena.take(rows + 64);
    this.stretches = new Stretches(table, closest, (name, items, work) => {
      this.phase(name, items, work);
    });
    this.results = arena.take(8 * LANES * Math.max(2 * this.chunks, this.stretches.count));
    this.candidates = new Candidates(table);
    const bytes = Math.ceil(crew.exports.scratchBytes(columns, 1) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
    this.closest = arena.f64(closest, rows);
    this.masks = new Uint8Array(arena.memory.buffer, masks, rows);
    const direct = this.candidates.direct ? 1 : 0;
    const { sums, magnet } = this.stretches;
    this.write({ closest, squares, masks, sums, magnet, results: this.results, direct });
    this.phase('seedBegin', this.chunks, rows);
    this.total = new Potential(rows, this.stretches);
  }

  get potential(): number {
    return this.total.total;
  }

  add(row: number): void {
    const chosen = this.met.indexOf(row);
    if (chosen < 0) {
      this.candidates.set(Int32Array.of(row));
      this.masks.fill(255);
      this.met = [row];
    }
    this.write({ chosen: Math.max(0, chosen) });
    this.phase('seedAdd', this.chunks, this.table.rows);
    this.total.settle();
  }

  draw(share: number): number {
    return this.total.draw(share);
  }

  best(candidates: Int32Array): number {
    const { potential } = this;
    const different = distinct(this.table, candidates);
    const gains = new Float64Array(different.length);
    const doubts = new Float64Array(different.length);
    for (let from = 0; from < different.length; from += LANES) {
      const group = different.slice(from, from + LANES);
      this.meet(Int32Array.from(group, (t) => candidates[t]));
      this.weigh(gains.subarray(from, from + LANES), doubts.subarray(from, from + LANES));
    }
    const least = gains.reduce((most, gain, i) => Math.max(most, gain - doubts[i]), 0);
    // Written so that what is not a number stays in.
    const left = different.filter((_, i) => !(gains[i] + doubts[i] < least) || potential < FAINT);
    if (left.length === 1) return left[0];
    return left[lowest(this.potentials(Int32Array.from(left, (t) => candidates[t])))];
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  /** Strictly, what each candidate would leave. */
  private potentials(candidates: Int32Array): number[] {
    const { stretches, table } = this;
    const potentials: number[] = [];
    for (let from = 0; from < candidates.length; from += LANES) {
      const group = candidates.subarray(from, from + LANES);
      this.meet(group);
      this.phase('seedGains', group.length * stretches.items, table.rows);
      for (let c = 0; c < group.length; c++) {
        potentials.push(this.total.without(table.arena.f64(this.results + 8 * c * stretches.count, stretches.count)));
      }
    }
    return potentials;
  }

  /** The rows meet up to 8 candidates. */
  private meet(candidates: Int32Array): void {
    const error = this.candidates.set(candidates);
    this.write({ count: candidates.length, ...error });
    this.met = Array.from(candidates);
    this.phase('seedMeet', this.chunks, this.table.rows * candidates.length);
  }

  /** What the candidates that were met last take off, and how far that may be from their strict gains. */
  private weigh(gains: Float64Array, doubts: Float64Array): void {
    const { table, chunks } = this;
    const results = table.arena.f64(this.results, 2 * LANES * chunks);
    for (let at = 0; at < results.length; at += 2 * LANES) {
      for (let c = 0; c < gains.length; c++) {
        gains[c] += results[at + c];
        doubts[c] += results[at + LANES + c];
      }
    }
    // Rounding: float32 within a block of rows; float64 in the strict distances and sums.
    const strict = 2 * this.total.doubt + this.potential * (table.columns + 64) * 2 ** -51;
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
