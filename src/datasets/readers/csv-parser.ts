import { isUtf8 } from 'node:buffer';
import { unreadable } from '../datasets.errors.js';
import { decimal, MAX_DIGITS, PART_DIGITS } from './decimal.js';
import type { TableWriter } from './table-writer.js';

const QUOTE = 34;
const CR = 13;
const LF = 10;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;

/** How cells are told apart. */
export interface Dialect {
  delimiter: string;
  /** Whether `1,5` is a number. */
  decimalComma: boolean;
}

/**
 * Takes delimited text apart into cells (RFC 4180; any of LF, CR LF, CR ends a record; empty lines are passed over).
 * Numbers in their usual spelling are read straight from the bytes: text is only made of what is left, which is what makes
 * a table of numbers fast.
 */
export class CsvParser {
  /** Line of the next record, counted from 1. */
  line: number;
  private readonly delimiter: number;
  private readonly point: number;
  private readonly missingNumbers: ReadonlySet<number>;

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
    this.point = dialect.decimalComma ? ','.charCodeAt(0) : POINT;
    this.line = line;
    this.missingNumbers = table.missingNumbers;
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
    let at = 0;
    while (at < length) {
      if (bytes[at] === LF) {
        this.line++;
        at++;
        continue;
      }
      if (bytes[at] === CR) {
        if (at + 1 === length && !last) break;
        this.line++;
        at += bytes[at + 1] === LF && at + 1 < length ? 2 : 1;
        continue;
      }
      const end = this.record(bytes, at, length, last);
      if (end < 0) {
        this.table.block.dropRow();
        break;
      }
      at = end;
    }
    return at;
  }

  /** Reads the record at `at`; returns where the next one begins, or -1 when it is not all there. */
  private record(bytes: Buffer, at: number, length: number, last: boolean): number {
    const { delimiter, table } = this;
    const { columns } = table;
    const line = this.line;
    for (let column = 0; ; column++) {
      at = column < columns ? this.cell(bytes, at, length, last, column) : this.skip(bytes, at);
      if (at < 0) {
        this.line = line;
        return -1;
      }
      const end = bytes[at];
      if (end === delimiter && at < length) {
        at++;
        continue;
      }
      // The line end that was put there may cut a record in two.
      if (!last && (at >= length || (end === CR && at + 1 >= length))) {
        this.line = line;
        return -1;
      }
      if (column + 1 !== columns) {
        throw unreadable(
          'ragged_row',
          `Line ${line} has ${this.countCells(column + 1, columns)} where the table has ${columns} columns.`,
        );
      }
      table.endRow();
      this.line++;
      return end === CR && bytes[at + 1] === LF && at + 1 < length ? at + 2 : at + 1;
    }
  }

  /** Reads one cell; returns where it ends, or -1 when it is not all there. */
  private cell(bytes: Buffer, start: number, length: number, last: boolean, column: number): number {
    let at = start;
    let byte = bytes[at];
    if (byte === QUOTE) return this.quoted(bytes, at, length, last, column);
    const { delimiter } = this;
    const negative = byte === MINUS;
    if (negative) byte = bytes[++at];
    // Digits, zeros in front aside: up to 9 in first, up to 9 more in second, each a small integer.
    let first = 0;
    let second = 0;
    let digits = 0;
    const digitsAt = at;
    let digit = byte - ZERO;
    while (digit === 0) digit = (byte = bytes[++at]) - ZERO;
    while (digit >= 0 && digit <= 9) {
      if (digits < PART_DIGITS) first = (first * 10 + digit) | 0;
      else if (digits < MAX_DIGITS) second = (second * 10 + digit) | 0;
      digits++;
      digit = (byte = bytes[++at]) - ZERO;
    }
    const whole = at - digitsAt;
    let fraction = 0;
    let zeros = 0;
    if (whole > 0 && byte === this.point && byte !== delimiter) {
      const fractionAt = at + 1;
      digit = (byte = bytes[++at]) - ZERO;
      if (digits === 0) while (digit === 0) digit = (byte = bytes[++at]) - ZERO;
      while (digit >= 0 && digit <= 9) {
        if (digits < PART_DIGITS) first = (first * 10 + digit) | 0;
        else if (digits < MAX_DIGITS) second = (second * 10 + digit) | 0;
        digits++;
        digit = (byte = bytes[++at]) - ZERO;
      }
      fraction = at - fractionAt;
      for (let last = at - 1; bytes[last] === ZERO; last--) zeros++;
    }
    if (byte === delimiter || byte === LF || byte === CR) {
      if (at === start) {
        this.table.block.missing(column);
        return at;
      }
      const leadingZero = whole > 1 && bytes[digitsAt] === ZERO;
      const halfWritten = whole === 0 || (fraction === 0 && bytes[at - 1] === this.point);
      // Integers of more than 15 digits and fractions of more than 17 may be more than float64 can spell again.
      const exact = fraction === 0 ? digits <= 15 : digits <= MAX_DIGITS && digits - zeros <= 17 && fraction <= 22;
      if (exact && !leadingZero && !halfWritten) {
        const { block } = this.table;
        const slot = column * block.blockRows + block.rows;
        decimal(block.values, slot, first, second, digits > PART_DIGITS ? digits - PART_DIGITS : 0, digits, fraction);
        const value = block.values[slot];
        // Beyond these, a number is spelled with an exponent; -0 loses its sign; NaN was not certain.
        if (value >= 1e-6 || (value === 0 && !negative)) {
          const signed = negative ? -value : value;
          if (this.missingNumbers.size === 0 || !this.missingNumbers.has(signed)) {
            block.number(column, signed, zeros);
            return at;
          }
        }
      }
    }
    return this.text(bytes, start, at, column);
  }

  /** Reads a cell that is not quoted, and no number in its usual spelling; `at` is how far it was looked at. */
  private text(bytes: Buffer, start: number, at: number, column: number): number {
    const { delimiter } = this;
    let byte = bytes[at];
    while (byte !== delimiter && byte !== LF && byte !== CR) byte = bytes[++at];
    this.take(column, bytes.toString('utf8', start, at));
    return at;
  }

  private quoted(bytes: Buffer, start: number, length: number, last: boolean, column: number): number {
    const line = this.line;
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
    if (text.includes('\n') || text.includes('\r')) this.line += text.split(/\r\n|\r|\n/).length - 1;
    this.take(column, text.includes('"') ? text.replaceAll('""', '"') : text);
    return at;
  }

  private take(column: number, text: string): void {
    const line = this.line;
    const decimalText = this.dialect.decimalComma ? text.replace(',', '.') : text;
    this.table.cell(column, text, () => `Line ${line}`, decimalText);
  }

  /** Passes over a cell for which there is no column. */
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
