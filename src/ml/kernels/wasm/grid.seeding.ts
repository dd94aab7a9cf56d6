import type { Seeding } from '../kernel.js';
import { lowest, Potential, STRETCH, type Masses } from '../potential.js';
import type { PhaseName } from './binary.js';
import { distinct, LANES } from './candidates.js';
import type { Scratch } from './crew.js';
import { BLOCK, type Grid } from './grid.js';
import { NEAR_BYTES, NODE_BYTES, RUN, writeNear, type NearFields } from './near.js';
import type { Table } from './table.js';

/** What float32 does not hold: boxes and candidates whose squared distances are near it are told apart row by row. */
const TINY = 1e-30;

/**
 * A seeding of few columns without weights, in the order of the grid: whole boxes of rows meet the candidates. Strict
 * distances stand in that order too. See `assembly/near.ts`.
 */
export class GridSeeding implements Seeding, Masses {
  private readonly mark: number;
  private readonly near: number;
  private readonly places: Int32Array;
  /** Squared distances in the order of the grid. */
  private readonly inOrder: Float64Array;
  private readonly masks: Uint8Array;
  private readonly magnet: Float64Array;
  private readonly lanes: Float32Array;
  private readonly centers: Float64Array;
  private readonly means: Float64Array;
  private readonly results: Float64Array;
  private readonly stretches: number;
  private readonly scratch: Scratch;
  private readonly total: Potential;
  /** The rows that the masks are for; null before the first is chosen. */
  private met: readonly number[] | null = null;

  constructor(
    private readonly table: Table,
    private readonly grid: Grid,
  ) {
    const { arena, rows, columns, crew } = table;
    const { blocks, exact } = grid;
    this.mark = arena.mark();
    grid.layPoints();
    this.stretches = Math.ceil(rows / STRETCH);
    this.near = arena.take(NEAR_BYTES);
    const fields = {
      closest: arena.take(8 * BLOCK * blocks),
      values: exact ? 0 : arena.take(8 * BLOCK * blocks * columns),
      nodes: arena.take(NODE_BYTES * blocks),
      runs: arena.take(NODE_BYTES * Math.ceil(blocks / RUN)),
      masks: arena.take(blocks),
      lanes: arena.take(4 * 3 * LANES),
      centers: arena.take(8 * 3 * LANES),
      means: arena.take(8 * 3 * LANES),
      results: arena.take(8 * 2 * LANES * grid.items),
      magnet: arena.take(8),
      places: arena.take(4 * rows),
    };
    const bytes = Math.ceil(this.stretches / 16) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
    this.places = arena.i32(fields.places, rows);
    this.inOrder = arena.f64(fields.closest, BLOCK * blocks);
    this.masks = new Uint8Array(arena.memory.buffer, fields.masks, blocks);
    this.magnet = arena.f64(fields.magnet, 1);
    this.lanes = arena.f32(fields.lanes, 3 * LANES).fill(0);
    this.centers = arena.f64(fields.centers, 3 * LANES).fill(0);
    this.means = arena.f64(fields.means, 3 * LANES).fill(0);
    this.results = arena.f64(fields.results, 2 * LANES * grid.items);
    this.magnet[0] = 0;
    // Both ends of a distance were rounded to float32, unless points are values.
    const slip = exact ? 0 : 2 ** -24 * 2.1 * grid.radius;
    this.write({ ...fields, fixed: 1e6 * slip * slip + TINY, radius: grid.radius * (1 + 2 ** -20) });
    this.phase('nearBegin', rows);
    this.total = new Potential(rows, this);
  }

  get closest(): Float64Array {
    return Float64Array.from(this.places, (place) => this.inOrder[place]);
  }

  get potential(): number {
    return this.total.total;
  }

  add(row: number): void {
    if (this.met === null) {
      this.set([row]);
      this.masks.fill(255);
    } else if (!this.met.includes(row)) this.meet([row]);
    this.take('nearAdd', row);
    this.total.settle();
  }

  draw(share: number): number {
    return this.total.draw(share);
  }

  best(candidates: Int32Array): number {
    const different = distinct(this.table, candidates);
    const gains = new Float64Array(different.length);
    const doubts = new Float64Array(different.length);
    for (let from = 0; from < different.length; from += LANES) {
      this.meet(different.slice(from, from + LANES).map((t) => candidates[t]));
      this.weigh(gains.subarray(from, from + LANES), doubts.subarray(from, from + LANES));
    }
    const least = gains.reduce((most, gain, i) => Math.max(most, gain - doubts[i]), 0);
    // Written so that what is not a number stays in.
    const left = different.filter((_, i) => !(gains[i] + doubts[i] < least));
    if (left.length === 1) return left[0];
    return left[lowest(left.map((t) => this.without(candidates[t])))];
  }

  close(): void {
    this.table.arena.release(this.mark);
  }

  largest(): number {
    this.phase('nearLargest', this.table.rows);
    return this.results.subarray(0, this.grid.items).reduce((a, b) => Math.max(a, b));
  }

  addUp(magnet: number, sums: Float64Array, anew: boolean): void {
    if (anew) {
      this.magnet[0] = magnet;
      this.clear();
      this.phase('nearMasses', this.table.rows);
      sums.fill(0);
      for (const share of this.shares()) for (let s = 0; s < sums.length; s++) sums[s] += share[s];
    } else {
      for (const share of this.shares()) for (let s = 0; s < sums.length; s++) sums[s] -= share[s];
    }
  }

  list(stretch: number, out: Float64Array): void {
    const { places, inOrder } = this;
    for (let i = 0, row = stretch * STRETCH; i < out.length; i++, row++) out[i] = inOrder[places[row]];
  }

  /** Strictly, what a candidate would leave. */
  private without(row: number): number {
    if (this.met?.includes(row) !== true) this.meet([row]);
    this.take('nearTry', row);
    return this.total.without(...this.shares());
  }

  /** The blocks meet up to 8 candidates. */
  private meet(rows: readonly number[]): void {
    this.set(rows);
    this.phase('nearMeet', this.table.rows);
  }

  private set(rows: readonly number[]): void {
    const { table, lanes, centers, means } = this;
    const { columns } = table;
    const middle = table.arena.f32(table.middle, columns);
    const values = new Float64Array(columns);
    rows.forEach((row, c) => {
      table.row(row, values);
      values.forEach((value, j) => {
        centers[3 * c + j] = value;
        means[3 * c + j] = value - middle[j];
        lanes[LANES * j + c] = value - middle[j];
      });
    });
    this.met = rows;
    this.write({ count: rows.length });
  }

  /** What the candidates that were met last take off, and how far that may be from their strict gains. */
  private weigh(gains: Float64Array, doubts: Float64Array): void {
    const { results } = this;
    for (let at = 0; at < results.length; at += 2 * LANES) {
      for (let c = 0; c < gains.length; c++) {
        gains[c] += results[at + c];
        doubts[c] += results[at + LANES + c];
      }
    }
    const strict = 4 * this.total.doubt;
    for (let c = 0; c < gains.length; c++) doubts[c] += strict;
  }

  /** One of those that were met, for what it takes off the stretches; each thread's share stands in its scratch. */
  private take(phase: PhaseName, row: number): void {
    this.write({ chosen: this.met!.indexOf(row) });
    this.clear();
    this.phase(phase, this.table.rows);
  }

  private clear(): void {
    for (const share of this.shares()) share.fill(0);
  }

  private shares(): Float64Array[] {
    const { table, scratch, stretches } = this;
    return Array.from({ length: table.crew.size }, (_, rank) =>
      table.arena.f64(scratch.address + rank * scratch.bytes, stretches),
    );
  }

  private write(fields: Partial<NearFields>): void {
    writeNear(this.table.crew.memory, this.near, fields);
  }

  private phase(name: PhaseName, work: number): void {
    this.table.write({ output: this.near });
    this.table.phase(name, this.grid.items, work, this.scratch);
  }
}
