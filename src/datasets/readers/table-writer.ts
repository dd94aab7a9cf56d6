import { BlockBuilder, blockRowsFor, CellKind } from '../blocks/block-builder.js';
import { encodeBlock } from '../blocks/block-codec.js';
import type { ColumnProfile, ReadingNotes } from '../dataset-types.js';
import { tooLarge, unreadable } from '../datasets.errors.js';
import type { DateOrder } from '../../ml/preparation/dates.js';
import type { CellType } from '../writers/cells.js';
import { TableProfiler } from '../profile/table-profiler.js';
import { nameColumns } from './column-names.js';

/** Limits of what a reader takes in. */
export interface TableLimits {
  maxColumns: number;
  /** Bytes of all encoded blocks. */
  maxStoredBytes: number;
  /** Whether the table is passed on and not kept: its blocks are small then, and its columns are not profiled. */
  passing?: boolean;
}

/** What is known of a table before its first row. */
export interface TableStart {
  names: string[];
  /** As the source has them; null where it names none. */
  given: readonly string[] | null;
  /** How the source is being read, as far as that tells how to write it again. */
  notes: ReadingNotes;
  /** What the columns are in a source that has types. */
  types?: readonly CellType[];
}

/** Where encoded blocks go. */
export interface BlockOutput {
  begin?(start: TableStart): void;
  /** @param firstRow which row of the table, counted from 0, is its first */
  emit(block: Buffer, firstRow: number): void;
  /** Resolves when more may be emitted. */
  drained(): Promise<void>;
}

/** What is known of a table once all of it was read. */
export interface TableSummary {
  rowCount: number;
  columns: ColumnProfile[];
  warnings: string[];
}

const MAX_ROWS = 2 ** 31 - 1;
/** Rows of a block that is passed on, and how many of those make a block that is kept. */
const PASSING_ROWS = 4096;
const PASSING_SHARE = 8;
const SPELLED_NUMBER = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i;
const INFINITE = /^\s*[+-]?inf(?:inity)?\s*$/i;

/** Where cells go, whatever the format: into blocks that are profiled, encoded and handed on as they fill. */
export class TableWriter {
  /** Takes plain cells directly; see also {@link cell}. */
  block!: BlockBuilder;
  /** Numbers that mean a missing value, such as -999, where the sender says so. */
  readonly missingNumbers: ReadonlySet<number>;
  private profiler: TableProfiler | undefined;
  private names: string[] = [];
  private warnings: string[] = [];
  private storedBytes = 0;
  private rowCount = 0;
  /** The first number beyond float64 in each column: refused in the end, unless the column turns out to hold words. */
  private readonly beyond = new Map<number, { text: string; place: string }>();

  /**
   * @param limits what is refused
   * @param missing spellings of a missing value, the empty one always among them
   * @param output takes each encoded block
   * @param dateOrder of dates such as 3/4/2024, where their values do not tell
   */
  constructor(
    private readonly limits: TableLimits,
    readonly missing: ReadonlySet<string>,
    private readonly output: BlockOutput,
    private readonly dateOrder?: DateOrder,
  ) {
    const numbers = [...missing].filter((text) => SPELLED_NUMBER.test(text)).map(Number);
    this.missingNumbers = new Set(numbers);
  }

  /**
   * Says which columns follow.
   *
   * @param count of columns
   * @param given their names, where the source names them
   * @param notes how the source is being read
   * @param types what the columns are, where the source tells
   */
  start(count: number, given?: readonly string[], notes: ReadingNotes = {}, types?: readonly CellType[]): void {
    const { maxColumns, passing } = this.limits;
    if (count > maxColumns) {
      throw unreadable('too_many_columns', `There are ${count} columns; this service takes up to ${maxColumns}.`);
    }
    if (count === 0) throw unreadable('no_columns', 'There are no columns.');
    const { names, named, warnings } = nameColumns(count, given);
    this.names = names;
    this.warnings = warnings;
    this.block = passing
      ? new BlockBuilder(count, Math.min(PASSING_ROWS, blockRowsFor(count, PASSING_SHARE)), PASSING_SHARE)
      : new BlockBuilder(count);
    if (!passing) this.profiler = new TableProfiler(names, named, this.dateOrder);
    this.output.begin?.({ names, given: given ?? null, notes, ...(types && { types }) });
  }

  get started(): boolean {
    return this.names.length > 0;
  }

  /** Whether the table is passed on and not kept. */
  get passing(): boolean {
    return this.limits.passing === true;
  }

  get columns(): number {
    return this.names.length;
  }

  /** Rows that are complete. */
  get rows(): number {
    return this.rowCount + this.block.rows;
  }

  /** Name of a column, quoted for a message. */
  nameOf(column: number): string {
    return JSON.stringify(this.names[column]);
  }

  /**
   * A cell that is text in its source: missing, a number in whatever spelling, or words.
   *
   * @param place where it stands, for a message; asked for only when it is needed
   * @param decimal the same text with a decimal point where the source writes another
   */
  cell(column: number, text: string, place: () => string, decimal = text): void {
    if (this.missing.has(text) || (text.length < 40 && this.missing.has(text.trim()))) {
      this.block.missing(column, text);
      return;
    }
    const spelled = SPELLED_NUMBER.exec(decimal);
    if (spelled) {
      const value = Number(spelled[1]);
      if (this.missingNumbers.has(value)) {
        this.block.missing(column, text);
        return;
      }
      if (Number.isFinite(value)) {
        this.block.spelledNumber(column, value, text);
        return;
      }
    }
    if (spelled || INFINITE.test(text)) {
      if (!this.beyond.has(column)) this.beyond.set(column, { text, place: place() });
      this.block.text(column, text, CellKind.Beyond);
    } else {
      this.block.text(column, text);
    }
  }

  /** A number from a source that has numbers: NaN is missing, an infinite one is refused. */
  number(column: number, value: number, place: () => string): void {
    if (this.missingNumbers.has(value)) this.block.missing(column, String(value));
    else if (Number.isFinite(value)) this.block.number(column, value);
    else if (Number.isNaN(value)) this.block.missing(column);
    else throw this.notFinite(column, String(value), place());
  }

  /** A whole number of any size; its digits are kept where float64 does not. */
  bigint(column: number, value: bigint): void {
    const number = Number(value);
    if (this.missingNumbers.has(number)) this.block.missing(column, String(value));
    else if (Number.isSafeInteger(number)) this.block.number(column, number);
    else this.block.spelledNumber(column, number, String(value));
  }

  /** Words from a source that tells them from numbers, with the spellings of a missing value among them. */
  words(column: number, text: string, place: () => string): void {
    if (this.missing.has(text)) this.block.missing(column, text);
    else if (text.isWellFormed() && !text.includes('\0')) this.block.text(column, text);
    else {
      throw unreadable(
        'bad_text',
        `${place()}, column ${this.nameOf(column)}: the text holds a NUL or half a character (a lone surrogate).`,
      );
    }
  }

  /** To be awaited now and then, so that blocks do not pile up. */
  drained(): Promise<void> {
    return this.output.drained();
  }

  /** Ends the row; all its cells were given. */
  endRow(): void {
    this.block.rows++;
    this.hand();
  }

  /** Hands the block on when it is full. No cell of a further row must have been given. */
  hand(): void {
    if (this.block.full) this.flush();
  }

  /** Ends the table. */
  finish(): TableSummary {
    if (!this.started || this.rows === 0) throw unreadable('no_rows', 'There are columns, but no rows.');
    if (this.block.rows > 0) this.flush();
    // Whoever takes what is passed on looks at the cells that matter.
    if (!this.profiler) return { rowCount: this.rowCount, columns: [], warnings: this.warnings };
    for (const [column, { text, place }] of this.beyond) {
      if (!this.profiler.hasWords(column)) throw this.notFinite(column, text, place);
    }
    const { columns, warnings } = this.profiler.finish();
    return { rowCount: this.rowCount, columns, warnings: [...this.warnings, ...warnings] };
  }

  private flush(): void {
    this.profiler?.add(this.block);
    const encoded = encodeBlock(this.block);
    this.storedBytes += encoded.length;
    if (this.storedBytes > this.limits.maxStoredBytes) {
      throw tooLarge('quota_exceeded', 'The data set would take more room than you have left. Delete some first.');
    }
    const firstRow = this.rowCount;
    this.rowCount += this.block.rows;
    if (this.rowCount > MAX_ROWS) throw tooLarge('too_many_rows', `There are more than ${MAX_ROWS} rows.`);
    this.block.clear();
    this.output.emit(encoded, firstRow);
  }

  private notFinite(column: number, text: string, place: string): Error {
    return unreadable(
      'not_finite',
      `${place}, column ${this.nameOf(column)}: ${text.slice(0, 60)} is beyond the numbers that float64 holds.`,
    );
  }
}
