import { PARTITIONS } from '../kernel.js';
import type { Scratch } from './crew.js';
import { gram, inverted, orthonormalise } from './orthonormal.js';
import { writeRecord } from './plan.js';
import { snapshotsFor } from './snapshots.js';
import type { Table } from './table.js';

/** The record of `assembly/sketch.ts`, field by field. */
const FIELDS = [
  'records',
  'pitch',
  'width',
  'basis',
  'inverse',
  'basisPacked',
  'basisSteps',
  'zeros',
  'packed',
  'steps',
  'norms',
  'rests',
  'lines',
  'losses',
  'left',
  'right',
  'product',
  'height',
  'inner',
  'tiles',
  'memo',
  'iteration',
  'span',
  'places',
  'restMoved',
] as const;
const REALS = ['spread', 'error', 'errorMost'] as const;

type SketchFields = Record<(typeof FIELDS)[number] | (typeof REALS)[number], number>;

export const SKETCH_BYTES = 4 * (FIELDS.length + REALS.length);

/** Bytes of a record before the coordinates. */
const HEAD = 16;
/** Bytes of what a row keeps of full distances, and the centres that it can name; as in the assembly. */
const MEMO = 24;
const MEMO_CLUSTERS = 65535;
/** Norm of a packed vector in its integer steps, as in the assembly. */
const REACH = 32_000;
/** Rows that the directions are learnt from. */
const SAMPLED = 1024;
/** Coordinates of a sketch at most: more tell hardly more. */
const MOST_WIDTH = 64;
/** Rows below which learning them takes longer than it saves. */
const LEAST_ROWS = 2048;
/** The share of the rows' squared lengths that a sketch must hold. */
const HELD = 0.85;

/** Coordinates of a sketch of a table, or 0 where none pays. */
function sketchWidth(rows: number, columns: number): number {
  return rows < LEAST_ROWS ? 0 : Math.min(MOST_WIDTH, 8 * Math.floor(columns / 32));
}

/** Bytes that the sketches of a training take. */
export function sketchBytes(rows: number, columns: number, k: number): number {
  const width = sketchWidth(rows, columns);
  const perCenter = 8 * (2 * width + 32) + 2 * width + snapshotsFor(columns, k) * (8 * width + 4);
  return rows * (HEAD + 2 * width + MEMO) + 12 * width * (columns + width) + k * perCenter;
}

/** Rows in typical lengths: row-major, column-major, how many, the sum of their squares, and their mean less the middle. */
interface Sample {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly squares: number;
  readonly shift: Float64Array;
}

/** Sketches of the rows and centres of one training, see `assembly/sketch.ts`. */
export class Sketch {
  readonly address: number;
  private readonly scratch: Scratch;
  private readonly place;
  private readonly tiles: number;
  private readonly span: number;
  private memo = 0;
  /** Iterations since the rows last knew nothing, below 2^16. */
  private iteration = 0;
  private errorMost = 0;

  private constructor(
    private readonly table: Table,
    private readonly k: number,
    private readonly width: number,
  ) {
    const { arena, columns, crew } = table;
    this.tiles = Math.ceil(k / 8);
    this.span = snapshotsFor(columns, k);
    const lanes = 8 * this.tiles;
    this.address = arena.take(SKETCH_BYTES);
    this.place = {
      pitch: HEAD + 2 * width,
      width,
      basis: arena.take(8 * columns * width),
      inverse: arena.take(8 * width * width),
      basisPacked: arena.take(2 * (4 * Math.ceil(columns / 4)) * width),
      basisSteps: arena.take(4 * width),
      zeros: arena.take(4 * width),
      packed: arena.take(2 * width * lanes),
      steps: arena.take(4 * lanes),
      norms: arena.take(4 * lanes),
      rests: arena.take(4 * lanes),
      lines: arena.take(2 * width * k),
      losses: arena.take(8 * lanes),
    };
    this.write(this.place);
    arena.f32(this.place.zeros, width).fill(0);
    const bytes =
      Math.ceil(Math.max(crew.exports.scratchBytes(columns, width / 8), 8 * columns + 16 * width) / 128) * 128;
    this.scratch = { address: arena.take(bytes * crew.size), bytes };
  }

  /** Sketches of the table's rows; null where they would hold too little. */
  static of(table: Table, k: number, split: number): Sketch | null {
    const width = sketchWidth(table.rows, table.columns);
    if (width === 0) return null;
    const mark = table.arena.mark();
    const sketch = new Sketch(table, k, width);
    table.write({ sketch: sketch.address });
    if (sketch.learn()) {
      sketch.memo = k < MEMO_CLUSTERS ? table.arena.take(MEMO * table.rows) : 0;
      const { arena, rows } = table;
      sketch.write({
        records: arena.take(sketch.place.pitch * rows),
        memo: sketch.memo,
        span: sketch.span,
        places: arena.take(8 * sketch.span * k * width),
        restMoved: arena.take(4 * sketch.span * k),
      });
      table.phase('sketchRows', PARTITIONS * split, table.rows * width, sketch.scratch);
      return sketch;
    }
    table.arena.release(mark);
    return null;
  }

  /** Takes the centres that the plan holds; they are the only snapshot. */
  begin(): void {
    this.errorMost = 0;
    this.iteration = -1;
    this.follow();
  }

  /** Takes the centres that the plan holds. */
  follow(): void {
    const { table, k, tiles, place } = this;
    this.iteration = (this.iteration + 1) % 2 ** 16;
    if (this.iteration === 0) this.forget();
    table.phase('sketchCenters', tiles, 8 * k * this.width, this.scratch);
    let most = 0;
    for (const loss of table.arena.f64(place.losses, k)) most = Math.max(most, loss);
    const error = most * (1 + 2 ** -20);
    this.errorMost = Math.max(this.errorMost, error);
    this.write({ error, errorMost: this.errorMost, iteration: this.iteration });
    const before = Math.min(this.iteration, this.span);
    if (this.memo !== 0) table.phase('displaceRests', before, before * k, this.scratch);
  }

  /** Rows know nothing of full distances any more. */
  private forget(): void {
    const { table, memo } = this;
    if (memo !== 0) new Uint8Array(table.arena.memory.buffer, memo, MEMO * table.rows).fill(255);
  }

  private write(fields: Partial<SketchFields>): void {
    writeRecord(this.table.crew.memory, this.address, FIELDS, REALS, fields);
  }

  /**
   * Directions in which a sample of the rows spreads most: two steps of orthogonal iteration (Halko, Martinsson and Tropp
   * 2011, "Finding structure with randomness") from a fixed start. Whatever they are, what is screened by them is right.
   * @returns whether they hold enough
   */
  private learn(): boolean {
    const { table, width } = this;
    const { arena, columns } = table;
    const mark = arena.mark();
    const sample = this.sample();
    const { height } = sample;
    let directions = new Float32Array(columns * width);
    // A fixed sequence of signs does for a start.
    for (let i = 0, state = 1; i < directions.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      directions[i] = state >>> 31 === 0 ? 1 : -1;
    }
    for (let step = 0; step < 2; step++) {
      const along = this.multiply(sample.rows, height, directions, columns);
      directions = scaled(this.multiply(sample.columns, columns, along, height), width);
    }
    const basis = orthonormalise(directions, columns, width);
    const along = this.multiply(sample.rows, height, Float32Array.from(basis), columns);
    let held = 0;
    for (const value of along) held += value * value;
    arena.release(mark);
    if (!(held >= HELD * sample.squares && sample.squares > 0)) return false;
    if (!this.packBasis(basis)) return false;
    // Their mean is common to all centres; what of it lies beside the directions would only blur them.
    table.shiftMiddle(sample.shift);
    return true;
  }

  /** Some rows less their mean. */
  private sample(): Sample {
    const { table } = this;
    const { arena, columns } = table;
    const height = Math.min(SAMPLED, table.rows);
    const middle = arena.f32(table.middle, columns);
    const rows = arena.take(4 * height * columns);
    const across = arena.take(4 * height * columns);
    const byRow = arena.f32(rows, height * columns);
    const byColumn = arena.f32(across, height * columns);
    const row = new Float64Array(columns);
    const shift = new Float64Array(columns);
    for (let i = 0, at = 0; i < height; i++) {
      table.row(Math.floor((i * table.rows) / height), row);
      for (let j = 0; j < columns; j++, at++) {
        byRow[at] = (row[j] - middle[j]) / (table.typicalNorm || 1);
        shift[j] += byRow[at] / height;
      }
    }
    let squares = 0;
    for (let i = 0, at = 0; i < height; i++) {
      for (let j = 0; j < columns; j++, at++) {
        byRow[at] -= shift[j];
        byColumn[j * height + i] = byRow[at];
        squares += byRow[at] * byRow[at];
      }
    }
    for (let j = 0; j < columns; j++) shift[j] *= table.typicalNorm || 1;
    return { rows, columns: across, height, squares, shift };
  }

  /** left (height x inner, in the shared memory) x right (inner x width). */
  private multiply(left: number, height: number, right: Float32Array, inner: number): Float32Array<ArrayBuffer> {
    const { table, width } = this;
    const { arena } = table;
    const mark = arena.mark();
    const packed = arena.take(4 * inner * width);
    const values = arena.f32(packed, inner * width);
    for (let i = 0; i < inner; i++) {
      for (let j = 0; j < width; j++) values[(j >> 3) * 8 * inner + 8 * i + (j & 7)] = right[i * width + j];
    }
    // Four rows go at a time.
    const product = arena.take(4 * (height + 4) * width);
    this.write({ left, right: packed, product, height, inner, tiles: width / 8 });
    table.phase('multiply', Math.ceil(height / 32), (height * inner * width) / table.columns, this.scratch);
    const result = arena.f32(product, height * width).slice();
    arena.release(mark);
    return result;
  }

  /**
   * The directions as they are from now on: rounded to int16, each with its step.
   * @returns false where that has bent them too much
   */
  private packBasis(basis: Float64Array): boolean {
    const { table, width, place } = this;
    const { arena, columns } = table;
    const tileWords = 16 * Math.ceil(columns / 4) * 2;
    const packed = new Int16Array(arena.memory.buffer, place.basisPacked, (width / 8) * tileWords).fill(0);
    const steps = arena.f32(place.basisSteps, width);
    const exact = arena.f64(place.basis, columns * width);
    for (let c = 0; c < width; c++) {
      let square = 0;
      for (let j = 0; j < columns; j++) square += basis[j * width + c] ** 2;
      steps[c] = (-2 * Math.sqrt(square)) / REACH;
      const step = steps[c] / -2;
      for (let j = 0; j < columns; j++) {
        const rounded = step > 0 ? Math.round(basis[j * width + c] / step) : 0;
        packed[(c >> 3) * tileWords + (j >> 1) * 16 + (c & 7) * 2 + (j & 1)] = rounded;
        exact[j * width + c] = rounded * step;
      }
    }
    const products = gram(exact, columns, width);
    let bent = 0;
    products.forEach((value, i) => {
      const own = i % (width + 1) === 0;
      // A direction that is none is across all others.
      if (own && value === 0) products[i] = 1;
      bent += (products[i] - (own ? 1 : 0)) ** 2;
    });
    bent = Math.sqrt(bent);
    if (!(bent < 0.25)) return false;
    arena.f64(place.inverse, width * width).set(inverted(products, width));
    this.write({ spread: (1 + bent) * (1 + 2 ** -20) });
    return true;
  }
}

/** Columns of a matrix brought to like lengths, which float32 can hold. */
function scaled(matrix: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const most = new Float64Array(width);
  matrix.forEach((value, i) => {
    most[i % width] = Math.max(most[i % width], Math.abs(value));
  });
  return Float32Array.from(matrix, (value, i) => (most[i % width] > 0 ? value / most[i % width] : 0));
}
