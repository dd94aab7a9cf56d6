import { numberText } from './number-text.js';

/** What a cell is that is not a number in its usual spelling. */
export const CellKind = {
  /** No value; the text is how the file said so. */
  Missing: 0,
  /** A number that its value alone would not spell the same way, such as `1e5` or `007`. */
  Number: 1,
  Text: 2,
  /** A number that float64 does not hold: words, if others in the column are, else refused in the end. */
  Beyond: 3,
} as const;
export type CellKind = (typeof CellKind)[keyof typeof CellKind];

/** Cells of one column of a block that are kept as text, in the order of their rows. */
export interface TextCells {
  rows: number[];
  kinds: CellKind[];
  texts: string[];
}

/** Bytes of numbers in one block; wide tables get blocks of fewer rows. */
const BLOCK_BYTES = 4 * 2 ** 20;
const MAX_BLOCK_ROWS = 65_536;
const LEAST_BLOCK_ROWS = 64;
/** UTF-16 units of text after which a block is full, however few its rows. */
const BLOCK_TEXT = 8 * 2 ** 20;

const PAGE = 2 ** 16;

/** How many rows the blocks of a table of so many columns have, where so many blocks have the size of one. */
export function blockRowsFor(columns: number, share = 1): number {
  return Math.max(LEAST_BLOCK_ROWS / share, Math.min(MAX_BLOCK_ROWS, Math.floor(BLOCK_BYTES / 8 / share / columns)));
}

/**
 * Collects the cells of a block, column by column. Numbers go to `values` (columns x blockRows, column-major, NaN where
 * the cell is no number) and, for their spelling, `zeros`; all else to `texts`. Reused from block to block.
 */
export class BlockBuilder {
  /** Holds the arrays below, behind {@link BlockBuilder.SPARE} bytes that are left to WebAssembly which fills them. */
  readonly memory: WebAssembly.Memory;
  readonly blockRows: number;
  readonly values: Float64Array;
  readonly zeros: Uint8Array;
  readonly texts: TextCells[];
  /** Whether a column has trailing zeros in this block. */
  readonly hasZeros: Uint8Array;
  static readonly SPARE = 8 * PAGE;
  /** Complete rows so far. */
  rows = 0;
  private textLength = 0;

  /**
   * @param columns at least 1
   * @param share of the text that a block may hold: one in so many
   */
  constructor(
    readonly columns: number,
    blockRows = blockRowsFor(columns),
    private readonly share = 1,
  ) {
    this.blockRows = blockRows;
    const cells = columns * blockRows;
    const pages = Math.ceil((BlockBuilder.SPARE + 9 * cells + columns) / PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const { buffer } = this.memory;
    this.values = new Float64Array(buffer, BlockBuilder.SPARE, cells);
    this.zeros = new Uint8Array(buffer, BlockBuilder.SPARE + 8 * cells, cells);
    this.hasZeros = new Uint8Array(buffer, BlockBuilder.SPARE + 9 * cells, columns);
    this.texts = Array.from({ length: columns }, () => ({ rows: [], kinds: [], texts: [] }));
  }

  /** A finite number; see {@link numberText} for the zeros. */
  number(column: number, value: number, trailingZeros = 0): void {
    const at = column * this.blockRows + this.rows;
    this.values[at] = value;
    this.zeros[at] = trailingZeros;
    if (trailingZeros !== 0) this.hasZeros[column] = 1;
  }

  /** A finite number with the text that it had. */
  spelledNumber(column: number, value: number, text: string): void {
    const at = column * this.blockRows + this.rows;
    this.values[at] = value;
    this.zeros[at] = 0;
    this.keep(column, CellKind.Number, text);
  }

  missing(column: number, text = ''): void {
    const at = column * this.blockRows + this.rows;
    this.values[at] = NaN;
    this.zeros[at] = 0;
    if (text !== '') this.keep(column, CellKind.Missing, text);
  }

  text(column: number, text: string, kind: CellKind = CellKind.Text): void {
    const at = column * this.blockRows + this.rows;
    this.values[at] = NaN;
    this.zeros[at] = 0;
    this.keep(column, kind, text);
  }

  /** Takes back the cells of the row that is being written. */
  dropRow(): void {
    for (const cells of this.texts) {
      while (cells.rows.length > 0 && cells.rows[cells.rows.length - 1] === this.rows) {
        cells.rows.pop();
        cells.kinds.pop();
        this.textLength -= cells.texts.pop()?.length ?? 0;
      }
    }
  }

  /** Whether it must be encoded and cleared before the next row. */
  get full(): boolean {
    return this.rows === this.blockRows || this.textLength > BLOCK_TEXT / this.share;
  }

  /** The row before which it is full, whichever rows come, as long as they bring no text. */
  get rowEnd(): number {
    return this.textLength > BLOCK_TEXT / this.share ? this.rows + 1 : this.blockRows;
  }

  /** Starts the next block. */
  clear(): void {
    this.rows = 0;
    this.textLength = 0;
    this.hasZeros.fill(0);
    for (const cells of this.texts) {
      cells.rows = [];
      cells.kinds = [];
      cells.texts = [];
    }
  }

  /** The numbers of a column in this block; NaN where a cell is none. */
  column(column: number): Float64Array {
    return this.values.subarray(column * this.blockRows, column * this.blockRows + this.rows);
  }

  /** All cells of a column as text, with what they are; for columns that hold text. */
  *cells(column: number): Generator<{ kind: CellKind; text: string }> {
    const { rows, kinds, texts } = this.texts[column];
    const start = column * this.blockRows;
    let next = 0;
    for (let row = 0; row < this.rows; row++) {
      if (next < rows.length && rows[next] === row) {
        yield { kind: kinds[next], text: texts[next] };
        next++;
      } else if (Number.isNaN(this.values[start + row])) {
        yield { kind: CellKind.Missing, text: '' };
      } else {
        yield { kind: CellKind.Number, text: numberText(this.values[start + row], this.zeros[start + row]) };
      }
    }
  }

  private keep(column: number, kind: CellKind, text: string): void {
    const cells = this.texts[column];
    cells.rows.push(this.rows);
    cells.kinds.push(kind);
    cells.texts.push(text);
    this.textLength += text.length;
  }
}
