import { isUtf8 } from 'node:buffer';
import { unreadable } from '../datasets.errors.js';
import { PlainCells, type Place } from './plain-cells.js';
import type { TableWriter } from './table-writer.js';

const QUOTE = 34;
const CR = 13;
const LF = 10;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

/** How cells are told apart. */
export interface Dialect {
  delimiter: string;
  /** Whether `1,5` is a number. */
  decimalComma: boolean;
}

/**
 * Takes delimited text apart into cells (RFC 4180; any of LF, CR LF, CR ends a record; empty lines are passed over).
 * Runs of plain cells are read by {@link PlainCells}; text is only made of what is left.
 */
export class CsvParser {
  private readonly delimiter: number;
  private readonly plain: PlainCells;
  private readonly place: Place;

  /**
   * @param table started already
   * @param line number of the first line that will be pushed
   */
  constructor(
    private readonly table: TableWriter,
    private readonly dialect: Dialect,
    line: number,
  ) {
    this.delimiter = dialect.delimiter.charCodeAt(0);
    const point = dialect.decimalComma ? ','.charCodeAt(0) : POINT;
    this.plain = new PlainCells(table.block, this.delimiter, point, table.missingNumbers);
    this.place = { at: 0, recordAt: 0, column: 0, line };
  }

  /** Line of the next record, counted from 1. */
  get line(): number {
    return this.place.line;
  }

  /**
   * Reads all complete records.
   *
   * @param bytes begin at a record; must have room for one byte after `length`, which is overwritten
   * @param length how many of them count
   * @param last whether the text ends with them
   * @returns how many bytes were read; the others must be pushed again with those that follow
   */
  push(bytes: Buffer, length: number, last: boolean): number {
    // A line end after the last byte spares every loop the question whether there are more bytes.
    bytes[length] = LF;
    const { place, plain } = this;
    plain.forget();
    place.at = 0;
    let at = 0;
    while (at < length) {
      if (bytes[at] === LF) {
        place.line++;
        at++;
        continue;
      }
      if (bytes[at] === CR) {
        if (at + 1 === length && !last) break;
        place.line++;
        at += bytes[at + 1] === LF && at + 1 < length ? 2 : 1;
        continue;
      }
      const end = this.records(bytes, at, length, last);
      if (end < 0) {
        this.table.block.dropRow();
        return place.recordAt;
      }
      at = end;
    }
    return at;
  }

  /**
   * Reads the record at `at`, and those that follow it as long as they are plain; returns where the next one begins, or
   * -1 when the one at `place.recordAt` is not all there.
   */
  private records(bytes: Buffer, at: number, length: number, last: boolean): number {
    const { delimiter, table, place } = this;
    const { columns } = table;
    place.recordAt = at;
    place.column = 0;
    // A record may begin in another line than the one in which its last cell stands.
    let line = place.line;
    for (;;) {
      if (place.column < columns && this.mayBePlain(bytes[at])) {
        const { recordAt } = place;
        place.at = at;
        this.plain.read(bytes, length, place);
        if (place.recordAt !== recordAt) line = place.line;
        if (place.column === 0 && place.at > at) {
          table.hand();
          return place.at;
        }
        at = place.at;
      }
      at = place.column < columns ? this.cell(bytes, at, length, last, place.column) : this.skip(bytes, at);
      if (at < 0) {
        place.line = line;
        return -1;
      }
      const end = bytes[at];
      if (end === delimiter && at < length) {
        at++;
        place.column++;
        continue;
      }
      // The line end that was put there may cut a record in two.
      if (!last && (at >= length || (end === CR && at + 1 >= length))) {
        place.line = line;
        return -1;
      }
      if (place.column + 1 !== columns) {
        throw unreadable(
          'ragged_row',
          `Line ${line} has ${this.countCells(place.column + 1, columns)} where the table has ${columns} columns.`,
        );
      }
      table.endRow();
      place.line++;
      return end === CR && bytes[at + 1] === LF && at + 1 < length ? at + 2 : at + 1;
    }
  }

  /** Whether a plain cell may begin with a byte. */
  private mayBePlain(byte: number): boolean {
    return (byte >= ZERO && byte <= NINE) || byte === MINUS || byte === this.delimiter;
  }

  /** Reads one cell that is not plain; returns where it ends, or -1 when it is not all there. */
  private cell(bytes: Buffer, start: number, length: number, last: boolean, column: number): number {
    if (bytes[start] === QUOTE) return this.quoted(bytes, start, length, last, column);
    const at = this.skip(bytes, start);
    if (at === start) this.table.block.missing(column);
    else this.take(column, bytes.toString('utf8', start, at));
    return at;
  }

  private quoted(bytes: Buffer, start: number, length: number, last: boolean, column: number): number {
    const { line } = this.place;
    let at = start + 1;
    for (;;) {
      const quote = bytes.indexOf(QUOTE, at);
      if (quote < 0 || quote >= length) {
        if (!last) return -1;
        throw unreadable('open_quote', `The quote that opens in line ${line}, column ${column + 1}, is never closed.`);
      }
      at = quote + 1;
      if (bytes[at] !== QUOTE || at >= length) break;
      at++;
    }
    if (at >= length && !last) return -1;
    const after = bytes[at];
    if (after !== this.delimiter && after !== LF && after !== CR) {
      throw unreadable(
        'stray_quote',
        `Line ${line}, column ${column + 1}: text follows a closing quote. A quote inside of a cell is written twice.`,
      );
    }
    const text = bytes.toString('utf8', start + 1, at - 1);
    if (text.includes('\n') || text.includes('\r')) this.place.line += text.split(/\r\n|\r|\n/).length - 1;
    this.take(column, text.includes('"') ? text.replaceAll('""', '"') : text);
    return at;
  }

  private take(column: number, text: string): void {
    const { line } = this.place;
    const decimalText = this.dialect.decimalComma ? text.replace(',', '.') : text;
    this.table.cell(column, text, () => `Line ${line}`, decimalText);
  }

  /** Where a cell ends that is not quoted. */
  private skip(bytes: Buffer, at: number): number {
    let byte = bytes[at];
    while (byte !== this.delimiter && byte !== LF && byte !== CR) byte = bytes[++at];
    return at;
  }

  private countCells(cells: number, columns: number): string {
    return cells === 1 && columns > 1 ? 'a single cell' : `${cells} cells`;
  }
}

/**
 * Refuses NUL bytes and what is not UTF-8.
 *
 * @param bytes begin and end between two characters
 * @param firstLine tells the number of the first line in them; asked for only when it is needed
 */
export function checkText(bytes: Buffer, firstLine: () => number): void {
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw unreadable(
      'nul_byte',
      `Line ${firstLine() + countLines(bytes, nul)} holds a NUL byte: this is no text file.`,
    );
  }
  if (isUtf8(bytes)) return;
  // The longest beginning that is UTF-8, by halving.
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, wholeCharacters(bytes, middle)))) good = middle;
    else bad = middle;
  }
  throw unreadable(
    'not_utf8',
    `Line ${firstLine() + countLines(bytes, good)} holds bytes that are not UTF-8. Save the file as UTF-8, or say its encoding, such as windows-1252.`,
  );
}

/** `end`, or the beginning of the character that it would cut. */
function wholeCharacters(bytes: Buffer, end: number): number {
  let start = end;
  for (let back = 0; back < 4 && start > 0; back++) {
    start--;
    if ((bytes[start] & 0xc0) !== 0x80) {
      const width = bytes[start] >= 0xf0 ? 4 : bytes[start] >= 0xe0 ? 3 : bytes[start] >= 0xc0 ? 2 : 1;
      return start + width <= end ? end : start;
    }
  }
  return end;
}

/** Line ends (LF, CR LF, CR) before a position. */
export function countLines(bytes: Buffer, end = bytes.length): number {
  let lines = 0;
  for (let at = 0; at < end; at++) {
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) lines++;
  }
  return lines;
}
