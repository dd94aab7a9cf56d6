import type { ReadingNotes } from '../dataset-types.js';
import { unreadable } from '../datasets.errors.js';
import { sampleRecords, sniffDialect } from './csv-dialect.js';
import { checkText, countLines, CsvParser } from './csv-parser.js';
import type { ReadOptions } from './reader.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';
import { decodeText } from './text-decoding.js';

const SAMPLE_BYTES = 2 ** 16;
const MAX_RECORD = 16 * 2 ** 20;
const LF = 10;
const CR = 13;
const QUOTE = 34;

/** Reads CSV and TSV: any of `,` `;` tab `|`, quotes as in RFC 4180, with or without a header. */
export async function readCsv(source: Source, table: TableWriter, options: ReadOptions): Promise<ReadingNotes> {
  const { encoding, chunks } = await decodeText(source.passing(), options.encoding);
  const reader = new CsvReader(table, options);
  for await (const chunk of chunks) {
    reader.push(chunk);
    await table.drained();
  }
  return { encoding, ...reader.end() };
}

/** Gathers bytes into whole records: the first ones to tell the dialect, all of them for the parser. */
class CsvReader {
  private bytes = Buffer.allocUnsafe(2 * SAMPLE_BYTES);
  private length = 0;
  /** Bytes that are known to be text. */
  private checked = 0;
  private parser: CsvParser | undefined;
  private notes: ReadingNotes = {};

  constructor(
    private readonly table: TableWriter,
    private readonly options: ReadOptions,
  ) {}

  push(chunk: Buffer): void {
    this.append(chunk);
    this.read(false);
  }

  end(): ReadingNotes {
    this.read(true);
    return this.notes;
  }

  private append(chunk: Buffer): void {
    // One more byte, for the parser's own line end.
    const needed = this.length + chunk.length + 1;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    chunk.copy(this.bytes, this.length);
    this.length += chunk.length;
  }

  private read(last: boolean): void {
    this.check(last);
    if (!this.parser && !this.open(last)) return;
    const done = Math.min(this.length, this.parser!.push(this.bytes, this.length, last));
    this.drop(done);
    if (this.length > MAX_RECORD) {
      throw unreadable(
        'record_too_long',
        `The record in line ${this.parser!.line} is longer than ${MAX_RECORD} bytes. Is a quote left open?`,
      );
    }
  }

  /** Sees that the whole lines that are here are text. */
  private check(last: boolean): void {
    const end = last ? this.length : Math.max(this.bytes.subarray(0, this.length).lastIndexOf(LF) + 1, this.checked);
    checkText(
      this.bytes.subarray(this.checked, end),
      () => (this.parser?.line ?? 1) + countLines(this.bytes, this.checked),
    );
    this.checked = end;
  }

  /** Tells the dialect and starts the table, once enough is here. */
  private open(last: boolean): boolean {
    const bytes = this.bytes.subarray(0, this.length);
    const firstEnd = recordEnd(bytes, last);
    if (!last && (firstEnd < 0 || this.length < SAMPLE_BYTES)) {
      if (this.length <= MAX_RECORD) return false;
      throw unreadable('record_too_long', `The first record is longer than ${MAX_RECORD} bytes.`);
    }
    if (!/\S/.test(bytes.toString('latin1'))) throw unreadable('empty_file', 'The file is empty.');
    const start = firstRecord(bytes);
    const end = recordEnd(bytes.subarray(start), last);
    if (end < 0)
      throw unreadable('open_quote', `A quote that opens in line ${1 + countLines(bytes, start)} is never closed.`);
    const sampleEnd = last ? this.length : Math.max(start + end, bytes.lastIndexOf(LF, SAMPLE_BYTES) + 1);
    const dialect = sniffDialect(
      bytes.toString('utf8', start, Math.min(sampleEnd, start + end + SAMPLE_BYTES)),
      this.options,
    );
    const records = sampleRecords(bytes.toString('utf8', start, start + end), dialect.delimiter, 1);
    if (records.length === 0) throw unreadable('bad_header', 'The first record cannot be taken apart into cells.');
    const [first] = records;
    this.table.start(first.length, dialect.header ? first : undefined, dialect);
    const skipped = dialect.header ? start + end : 0;
    this.parser = new CsvParser(this.table, dialect, 1 + countLines(bytes, skipped));
    this.drop(skipped);
    this.notes = dialect;
    return true;
  }

  /** Forgets bytes from the beginning. */
  private drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
    this.checked = Math.max(0, this.checked - count);
  }
}

/** Where the first record that is not empty begins. */
function firstRecord(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === LF || bytes[at] === CR) at++;
  return at;
}

/** Where the first record ends, its line end included; -1 when it is not all there. */
function recordEnd(bytes: Buffer, last: boolean): number {
  let quoted = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && byte === LF) return at + 1;
    else if (!quoted && byte === CR && at + 1 < bytes.length && bytes[at + 1] !== LF) return at + 1;
  }
  return last && !quoted ? bytes.length : -1;
}
