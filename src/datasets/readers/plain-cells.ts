import { BlockBuilder } from '../blocks/block-builder.js';
import { PLAIN_CELLS } from './plain-cells.generated.js';

/** Where things lie in the memory of a block, behind what the compiled code keeps there. */
const OUT = 2 ** 12;
const MISSING = OUT + 16;
const TEXT = 2 ** 16;
/** Bytes of text that are there at a time, and those behind them: a line feed, and what is read with it. */
const WINDOW = BlockBuilder.SPARE - TEXT - 8;
/** Numbers that mean a missing value; each costs time at every cell. */
const MAX_MISSING = 128;
const LF = 10;

interface Exports {
  configure(...settings: number[]): void;
  scan(at: number, end: number, column: number, row: number, rowEnd: number): number;
}

/** Why it stopped; as in `assembly/csv`. */
const CUT = 1;

let compiled: WebAssembly.Module | undefined;

/** Where the reading of a table of text is. */
export interface Place {
  /** In the bytes. */
  at: number;
  /** Where the record began that `at` is in. */
  recordAt: number;
  column: number;
  line: number;
}

/**
 * Reads runs of plain cells, which are numbers in their usual spelling and empty ones, from bytes straight into a block, by
 * WebAssembly: without a string or an object for each, which is what makes a table of numbers fast.
 */
export class PlainCells {
  private readonly code: Exports;
  private readonly text: Buffer;
  private readonly out: Int32Array;
  /** Whether there are not too many numbers that mean a missing value. */
  private readonly able: boolean;
  /** Which of the bytes are in the window. */
  private start = 0;
  private end = 0;

  /**
   * @param block to be filled
   * @param delimiter of cells, a byte
   * @param point of decimal fractions, a byte
   * @param missing numbers that mean a missing value: cells that hold one are not plain
   */
  constructor(
    private readonly block: BlockBuilder,
    delimiter: number,
    point: number,
    missing: ReadonlySet<number>,
  ) {
    const { memory, columns, blockRows, values, zeros, hasZeros } = block;
    compiled ??= new WebAssembly.Module(Buffer.from(PLAIN_CELLS, 'base64'));
    this.code = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
    this.text = Buffer.from(memory.buffer, TEXT, WINDOW + 8);
    this.out = new Int32Array(memory.buffer, OUT, 4);
    this.able = missing.size <= MAX_MISSING;
    if (this.able) new Float64Array(memory.buffer, MISSING, missing.size).set([...missing]);
    this.code.configure(
      delimiter,
      point,
      columns,
      blockRows,
      values.byteOffset,
      zeros.byteOffset,
      hasZeros.byteOffset,
      MISSING,
      missing.size,
      OUT,
    );
  }

  /** Says that the bytes are others now. */
  forget(): void {
    this.start = this.end = 0;
  }

  /**
   * Reads plain cells from a place on, until one is not plain, may go on beyond the bytes, or the block is full.
   *
   * @param place OUT: where it stopped, at the beginning of a cell
   */
  read(bytes: Buffer, length: number, place: Place): void {
    if (!this.able) return;
    const { block, code, out } = this;
    for (;;) {
      if (place.at < this.start || place.at >= this.end) this.fill(bytes, place.at, length);
      const shift = TEXT - this.start;
      const row = block.rows;
      place.at = code.scan(place.at + shift, this.end + shift, place.column, row, block.rowEnd) - shift;
      place.column = out[1];
      block.rows = out[2];
      if (out[2] > row) {
        place.recordAt = out[3] - shift;
        place.line += out[2] - row;
      }
      if (out[0] !== CUT || this.end === length || place.at === this.start) return;
      this.fill(bytes, place.at, length);
    }
  }

  private fill(bytes: Buffer, at: number, length: number): void {
    this.start = at;
    this.end = Math.min(length, at + WINDOW);
    bytes.copy(this.text, 0, at, this.end);
    this.text[this.end - at] = LF;
  }
}
