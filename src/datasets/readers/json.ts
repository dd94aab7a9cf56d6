import type { ReadingNotes } from '../dataset-types.js';
import { unreadable } from '../datasets.errors.js';
import { JsonRecords } from './json-records.js';
import { JsonSplitter } from './json-splitter.js';
import type { ReadOptions } from './reader.js';
import { type JsonRows, readRows } from './rows.js';
import type { Source } from './source.js';
import type { TableWriter } from './table-writer.js';
import { decodeText } from './text-decoding.js';
import { Utf8Checker } from './utf8-checker.js';

/** Bytes of the largest document that is no array: it has to be parsed at once. */
const MAX_DOCUMENT = 64 * 2 ** 20;

/** Reads a JSON array of rows or records, or a document `{columns?, rows}` as the API takes it. */
export async function readJson(source: Source, table: TableWriter, options: ReadOptions): Promise<ReadingNotes> {
  const { encoding, chunks } = await decodeText(source.chunks(), options.encoding);
  const utf8 = new Utf8Checker();
  const splitter = new JsonSplitter();
  const records = new JsonRecords(table);
  let document: Buffer[] | undefined;
  let begun = false;
  let length = 0;
  for await (const chunk of chunks) {
    utf8.push(chunk);
    length += chunk.length;
    if (!begun) {
      const first = /\S/.exec(chunk.toString('latin1'))?.[0];
      if (first === undefined) continue;
      begun = true;
      if (first === '{') document = [];
      else if (first !== '[') throw unreadable('invalid_json', 'The JSON is neither an array nor an object.');
    }
    if (document) {
      document.push(chunk);
      if (length > MAX_DOCUMENT)
        throw unreadable('record_too_long', 'A JSON document this long must be an array of rows.');
    } else {
      for (const batch of splitter.push(chunk)) {
        records.write(batch);
        await table.drained();
      }
    }
  }
  utf8.finish();
  if (!begun) throw unreadable('empty_file', 'The file is empty.');
  if (document) await readRows(parseDocument(Buffer.concat(document)), table);
  else splitter.finish();
  if (!table.started) throw unreadable('no_rows', 'The JSON array is empty.');
  return { encoding };
}

function parseDocument(bytes: Buffer): JsonRows {
  let document: unknown;
  try {
    document = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unreadable('invalid_json', `The JSON is broken: ${(error as Error).message.slice(0, 200)}.`);
  }
  const { columns, rows } = document as { columns?: unknown; rows?: unknown };
  const isNames =
    columns === undefined || (Array.isArray(columns) && columns.every((name) => typeof name === 'string'));
  if (!isNames || !Array.isArray(rows)) {
    throw unreadable(
      'not_a_row',
      'A JSON document must have "rows", an array of arrays, and may have "columns", their names.',
    );
  }
  rows.forEach((row: unknown, i) => {
    if (!Array.isArray(row) || row.some((cell) => typeof cell === 'object' && cell !== null)) {
      throw unreadable('not_a_row', `Row ${i + 1} is no array of numbers, strings, booleans and nulls.`);
    }
  });
  return { columns, rows: rows as JsonRows['rows'] };
}
