import type { ReadingNotes } from '../dataset-types.js';
import { unreadable } from '../datasets.errors.js';
import { JsonRecords } from './json-records.js';
import type { ReadOptions } from './reader.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';
import { decodeText } from './text-decoding.js';
import { Utf8Checker } from './utf8-checker.js';

const LF = 10;
const MAX_LINE = 16 * 2 ** 20;
/** Lines that tell the columns. */
const FIRST_LINES = 1000;

/** Reads JSON, one row or record a line; empty lines are passed over. */
export async function readNdjson(source: Source, table: TableWriter, options: ReadOptions): Promise<ReadingNotes> {
  const { encoding, chunks } = await decodeText(source.chunks(), options.encoding);
  const utf8 = new Utf8Checker();
  const lines = new JsonLines(table);
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    utf8.push(chunk);
    const bytes = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf(LF) + 1;
    lines.push(bytes.toString('utf8', 0, end));
    rest = Buffer.from(bytes.subarray(end));
    if (rest.length > MAX_LINE) throw unreadable('record_too_long', `A line is longer than ${MAX_LINE} bytes.`);
    await table.drained();
  }
  utf8.finish();
  lines.push(rest.toString('utf8'));
  lines.finish();
  return { encoding };
}

class JsonLines {
  private line = 0;
  /** Elements and their lines; the first ones are kept until they tell the columns. */
  private elements: unknown[] = [];
  private lines: number[] = [];
  private written = 0;
  private readonly records: JsonRecords;

  constructor(private readonly table: TableWriter) {
    this.records = new JsonRecords(table, (row) => `Line ${this.lines[row - this.written]}`);
  }

  /** Takes whole lines. */
  push(text: string): void {
    const lines = text.split('\n');
    // What follows the last line end is the beginning of nothing.
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) {
      this.line++;
      if (line.trim() === '') continue;
      this.elements.push(this.parse(line));
      this.lines.push(this.line);
    }
    if (this.table.started || this.elements.length >= FIRST_LINES) this.flush();
  }

  finish(): void {
    this.flush();
    if (this.line === 0) throw unreadable('empty_file', 'The file is empty.');
    if (!this.table.started) throw unreadable('no_rows', 'There are no rows.');
  }

  private flush(): void {
    this.records.write(this.elements);
    this.written += this.elements.length;
    this.elements = [];
    this.lines = [];
  }

  private parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch (error) {
      throw unreadable('invalid_json', `Line ${this.line} is no JSON: ${(error as Error).message.slice(0, 200)}.`);
    }
  }
}
