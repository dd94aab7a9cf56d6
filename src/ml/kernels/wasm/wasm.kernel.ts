import { PARTITIONS, scaleFactors } from '../kernel.js';
import type { Assigner, Detail, Found, Grouping, Kernel, KernelInput, Labels, NearestTwo, Seeding } from '../kernel.js';
import { Arena } from './arena.js';
import type { PhaseName } from './binary.js';
import { ByteSeeding, takeBytes } from './byte.seeding.js';
import { packedBytes } from './bytes.js';
import { bitsFor, Cells } from './cells.js';
import { Centers } from './centers.js';
import { takeCoarse } from './coarse.js';
import { NO_SCRATCH, type Crew, type Packed, type Scratch } from './crew.js';
import { Grid, GRID_COLUMNS } from './grid.js';
import { GridSeeding } from './grid.seeding.js';
import { labelBytes, labelFields, labelsAt } from './labels.js';
import { PLAN_BYTES, writePlan, type PlanFields } from './plan.js';
import { sampleRows } from './sample.js';
import { wasmSeparations } from './separations.js';
import { shelfOf } from './shelf.js';
import type { Table } from './table.js';
import { WasmAssigner } from './wasm.assigner.js';
import { WasmSeeding } from './wasm.seeding.js';

/** Values copied at a time: what stays in the second-level cache until it is scaled. */
const COPIED = 1 << 16;
/** Rows a chunk holds at most; the place of a row in its chunk has 11 bits. */
const CHUNK_ROWS = 2048;
/** Multiplications a chunk holds at about: half a millisecond. */
const CHUNK_WORK = 4e7;
/** The middle's length, in typical rows, up to which distances may be taken without it. */
const NEAR = 4;
/** Rows from which sorting them pays. */
const GRID_ROWS = 100;
/** Rows to be chosen from which blocks of the grid save more than it takes to lay it. */
const GRID_STEPS = 16;
/** Columns from which bytes save more than it takes to make them. */
const BYTE_COLUMNS = 4;
/** Columns, and multiplications a row, up to which what packing a row costs is not won back: see `assembly/lanes.ts`. */
const LANES_COLUMNS = 12;
const LANES_WORK = 1536;
/** Values a chunk holds at most while rows arrive: all threads stay close behind what was just copied. */
const ARRIVING = 1 << 18;
/** Multiplications below which other threads are not called in. */
const ALONE = 2e5;

/** The kernel in WebAssembly: it screens with SIMD, decides strictly, and spreads each phase over the crew. */
export class WasmKernel implements Kernel, Table {
  readonly rows: number;
  readonly columns: number;
  readonly arena: Arena;
  /** Address of the values, row-major. */
  readonly values: number;
  /** Whether they are float64. */
  readonly wide: boolean;
  /** Whether they are bytes in truth, see `packed`. */
  readonly held: boolean;
  readonly weights: number;
  readonly middle: number;
  readonly typicalNorm: number;
  readonly interrupt: () => void;
  /** Some rows from all over the table. */
  private readonly sample: Float64Array;
  /** The values in bytes, as far as they were packed while they were looked at. */
  private readonly packed: Packed | null;
  private readonly plan: number;
  private grid: Grid | undefined;

  constructor(
    input: KernelInput,
    readonly crew: Crew,
  ) {
    this.rows = input.rows;
    this.columns = input.columns;
    this.interrupt = input.interrupt;
    const { lent } = crew;
    const own = lent === input.data && input.exponent === 0;
    this.packed = own ? crew.packed : null;
    crew.packed = null;
    this.held = this.packed?.held ?? false;
    const length = this.held ? packedBytes(input.data.length) : (lent?.byteLength ?? 0);
    this.arena = new Arena(crew.memory, lent === null ? undefined : lent.byteOffset + length);
    this.plan = this.arena.take(PLAN_BYTES);
    if (lent !== null && own) {
      this.wide = lent.BYTES_PER_ELEMENT === 8;
      this.values = lent.byteOffset;
    } else {
      [this.values, this.wide] = this.takeValues(input);
    }
    this.weights = this.takeWeights(input.weights);
    // The sample that comes with a table is of the values as they were lent.
    const arriving = this.values === lent?.byteOffset ? crew.arriving : null;
    this.sample = arriving?.sample ?? sampleRows(this.table(), this.rows, this.columns);
    [this.middle, this.typicalNorm] = this.takeMiddle();
    this.write({
      rows: this.rows,
      columns: this.columns,
      values: this.values,
      wide: this.wide ? 1 : 0,
      weights: this.weights,
      middle: this.middle,
      filled: crew.arriving?.filled ?? 0,
      bytes: this.held ? this.values : 0,
      low: this.packed?.low ?? 0,
      unit: this.packed?.unit ?? 1,
    });
    this.settleMiddle();
  }

  get name(): string {
    return this.crew.build;
  }

  nearest(centers: Float64Array, k: number, labels: Int32Array): void {
    labels.set(this.nearestUnseen(centers, k, 'labels').labels);
  }

  nearestUnseen(centers: Float64Array, k: number, detail: Detail): Found {
    const { arena, rows } = this;
    const mark = arena.mark();
    const labels = arena.take(labelBytes(rows, 4));
    const two = detail === 'runner-up';
    const output = detail === 'labels' ? 0 : arena.take(8 * rows);
    const output3 = two ? arena.take(8 * rows) : 0;
    const runnerUps = two ? arena.take(4 * rows) : 0;
    const split = Math.max(this.splitFor(k), Math.ceil((rows * this.columns) / (PARTITIONS * ARRIVING)));
    const chunks = PARTITIONS * split;
    const output2 = arena.take(8 * chunks);
    const scratch = this.takeCenters(centers, k, two);
    this.write({ labels, ...labelFields(4), output, output2, output3, runnerUps, split });
    this.phase('nearestRows', chunks, rows * k, scratch);
    this.write({ middle: this.middle }); // kept cells have one of their own
    arena.release(mark);
    return {
      largest: arena.f64(output2, chunks).reduce((a, b) => Math.max(a, b)),
      labels: arena.i32(labels, rows),
      distances: arena.f64(output, output === 0 ? 0 : rows),
      runnerUps: arena.i32(runnerUps, two ? rows : 0),
      runnerUpDistances: arena.f64(output3, two ? rows : 0),
    };
  }

  nearestTwo(centers: Float64Array, k: number, out: NearestTwo): void {
    const { arena, rows } = this;
    const mark = arena.mark();
    const packed = new Centers(this, k);
    packed.set(centers);
    const labels = arena.take(4 * rows);
    const output = arena.take(8 * rows);
    const output2 = arena.take(4 * rows);
    const output3 = arena.take(8 * rows);
    const split = this.splitFor(k);
    this.write({ labels, output, output2, output3, split });
    this.phase('assignTwo', PARTITIONS * split, rows * k, packed.scratch);
    out.labels.set(arena.i32(labels, rows));
    out.distances.set(arena.f64(output, rows));
    out.runnerUps.set(arena.i32(output2, rows));
    out.runnerUpDistances.set(arena.f64(output3, rows));
    arena.release(mark);
  }

  transform(centers: Float64Array, k: number, out: Float64Array): void {
    const mark = this.arena.mark();
    const place = this.arena.take(8 * centers.length);
    this.arena.f64(place, centers.length).set(centers);
    const output = this.arena.take(8 * out.length);
    const split = this.splitFor(k);
    this.write({ centers: place, k, output, split });
    this.phase('transform', PARTITIONS * split, this.rows * k, NO_SCRATCH);
    out.set(this.arena.f64(output, out.length));
    this.arena.release(mark);
  }

  distances(centers: Float64Array, labels: Labels, out: Float64Array): void {
    const mark = this.arena.mark();
    this.takeLabelled(centers, labels);
    const output = this.arena.take(8 * this.rows);
    const split = this.splitFor(1);
    this.write({ output, split });
    this.phase('distances', PARTITIONS * split, this.rows, NO_SCRATCH);
    out.set(this.arena.f64(output, this.rows));
    this.arena.release(mark);
  }

  inertia(centers: Float64Array, labels: Labels): number {
    const mark = this.arena.mark();
    this.takeLabelled(centers, labels);
    const output = this.arena.take(8 * PARTITIONS);
    const scratch = { address: this.arena.take(256 * this.crew.size), bytes: 256 };
    this.write({ output });
    this.phase('inertia', PARTITIONS, this.rows, scratch);
    const sum = this.arena.f64(output, PARTITIONS).reduce((a, b) => a + b, 0);
    this.arena.release(mark);
    return sum;
  }

  separations(groupings: readonly Grouping[], own: Float64Array, nearest: Float64Array): void {
    wasmSeparations(this, groupings, own, nearest);
  }

  row(index: number, out: Float64Array): void {
    const { columns, packed } = this;
    if (this.held) {
      const { address, low, unit } = packed!;
      const bytes = new Uint8Array(this.arena.memory.buffer, address + index * columns, columns);
      for (let j = 0; j < columns; j++) out[j] = (bytes[j] + low) * unit;
      return;
    }
    const bytes = index * columns * (this.wide ? 8 : 4);
    if (this.wide) out.set(this.arena.f64(this.values + bytes, columns));
    else out.set(this.arena.f32(this.values + bytes, columns));
  }

  private table(): Float32Array | Float64Array {
    const length = this.rows * this.columns;
    return this.wide ? this.arena.f64(this.values, length) : this.arena.f32(this.values, length);
  }

  seeding(k = 1): Seeding {
    // Laying the grid takes as long as some steps do.
    const grid = k >= GRID_STEPS && this.weights === 0 ? this.openGrid() : null;
    if (grid !== null) return new GridSeeding(this, grid);
    if (this.columns >= BYTE_COLUMNS) {
      const mark = this.arena.mark();
      const packed = takeBytes(this, this.sample, this.packed);
      if (packed !== null) return new ByteSeeding(this, packed, mark);
    }
    return new WasmSeeding(this);
  }

  shiftMiddle(by: Float64Array): void {
    const middle = this.arena.f32(this.middle, this.columns);
    by.forEach((value, j) => {
      middle[j] += value;
    });
    this.settleMiddle();
  }

  assigner(k: number): Assigner {
    return new WasmAssigner(this, this.openGrid(), k);
  }

  close(): void {
    // The memory stays with the crew; the next kernel begins anew.
  }

  write(fields: Partial<PlanFields>): void {
    writePlan(this.crew.memory, this.plan, fields);
  }

  phase(name: PhaseName, count: number, work: number, scratch: Scratch): void {
    if (work * this.columns < ALONE) {
      const run = this.crew.exports[name];
      this.interrupt();
      for (let item = 0; item < count; item++) run(this.plan, item, scratch.address);
    } else {
      this.crew.each(name, this.plan, count, scratch, this.interrupt);
    }
  }

  splitFor(k: number): number {
    const rows = Math.min(CHUNK_ROWS, Math.max(32, Math.floor(CHUNK_WORK / (k * this.columns))));
    return Math.max(1, Math.ceil(Math.ceil(this.rows / PARTITIONS) / rows));
  }

  /** Centres and labels into the plan; labels that lie in the memory already stay where they are. */
  private takeLabelled(centers: Float64Array, labels: Labels): void {
    const { arena, columns } = this;
    const inside = labels.buffer === arena.memory.buffer;
    const width = labels.BYTES_PER_ELEMENT;
    const place = arena.take(8 * centers.length);
    arena.f64(place, centers.length).set(centers);
    let given = labels.byteOffset;
    if (!inside) {
      given = arena.take(labelBytes(labels.length, width));
      labelsAt(arena.memory, given, labels.length, width).set(labels);
    }
    this.write({ centers: place, labels: given, ...labelFields(width), k: centers.length / columns });
  }

  /** Centres as the products, or with few columns the cells, want them. Cells and 8 bits know the nearest alone. */
  private takeCenters(centers: Float64Array, k: number, two: boolean): Scratch {
    const { columns, crew, arena, rows, sample } = this;
    if (two || columns > GRID_COLUMNS) {
      const lanes = columns > GRID_COLUMNS && (columns <= LANES_COLUMNS || columns * k <= LANES_WORK);
      const packed = new Centers(this, k, !lanes);
      packed.set(centers);
      takeCoarse(this, packed, centers, lanes || two ? 0 : k, sample);
      this.write({ cells: 0 });
      return packed.scratch;
    }
    const cells =
      shelfOf(crew)?.cellsFor(this, centers, sample) ??
      new Cells(this, centers, sample, bitsFor(columns, k, rows), { arena, bytes: null });
    this.write(cells.fields);
    return cells.scratch;
  }

  /** @returns the address of a scaled copy, and whether it is float64 */
  private takeValues(input: KernelInput): [address: number, wide: boolean] {
    const narrow = input.data instanceof Float32Array ? this.takeNarrow(input.data, input.exponent) : null;
    return narrow === null ? [this.takeWide(input), true] : [narrow, false];
  }

  private takeNarrow(data: Float32Array, exponent: number): number | null {
    const mark = this.arena.mark();
    // The packing reads four at a time, past the end of the last row.
    const place = this.arena.take(4 * data.length + 16);
    const target = this.arena.f32(place, data.length);
    const [first, second] = scaleFactors(exponent);
    for (let from = 0; from < data.length; from += COPIED) {
      this.interrupt();
      const part = data.subarray(from, from + COPIED);
      target.set(part, from);
      if (exponent === 0 || this.crew.exports.scaleNarrow(place + 4 * from, part.length, first, second)) continue;
      this.arena.release(mark);
      return null;
    }
    return place;
  }

  private takeWide({ data, exponent }: KernelInput): number {
    const place = this.arena.take(8 * data.length + 32);
    const target = this.arena.f64(place, data.length);
    const [first, second] = scaleFactors(exponent);
    for (let from = 0; from < data.length; from += COPIED) {
      this.interrupt();
      const end = Math.min(data.length, from + COPIED);
      for (let i = from; i < end; i++) target[i] = data[i] * first * second;
    }
    return place;
  }

  private takeWeights(weights: Float64Array | null): number {
    if (weights === null) return 0;
    const place = this.arena.take(8 * weights.length);
    this.arena.f64(place, weights.length).set(weights);
    return place;
  }

  /** Made once, below whatever a seeding or a training takes. */
  private openGrid(): Grid | null {
    if (this.columns > GRID_COLUMNS || this.rows < GRID_ROWS) return null;
    return (this.grid ??= new Grid(this));
  }

  /** Whether distances may be taken from the rows as they lie. */
  private settleMiddle(): void {
    let square = 0;
    for (const value of this.arena.f32(this.middle, this.columns)) square += value * value;
    const away = Math.sqrt(square) * (1 + 2 ** -20);
    const direct = !this.wide && this.columns % 8 === 0 && away <= NEAR * this.typicalNorm;
    this.write({ direct: direct ? 1 : 0, away: direct ? away : 0 });
  }

  private takeMiddle(): [address: number, typicalNorm: number] {
    const { columns, sample } = this;
    const place = this.arena.take(4 * columns + 16);
    const middle = this.arena.f32(place, columns);
    const sampled = sample.length / columns;
    const mean = new Float64Array(columns);
    for (let s = 0, i = 0; s < sampled; s++) for (let j = 0; j < columns; j++) mean[j] += sample[i++] / sampled;
    middle.set(mean);
    let squares = 0;
    for (let s = 0, i = 0; s < sampled; s++)
      for (let j = 0; j < columns; j++) squares += (sample[i++] - middle[j]) ** 2;
    return [place, Math.sqrt(squares / sampled)];
  }
}
