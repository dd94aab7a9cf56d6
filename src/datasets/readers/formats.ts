import type { DatasetFormat, ReadingNotes } from '../dataset-types.js';
import { DatasetRefusedError, unreadable } from '../datasets.errors.js';
import type { Reader, ReadOptions } from './reader.js';
import { type Arrival, Source } from './source.js';
import type { TableWriter } from './table-writer.js';
import { type FileFormat, isPassing, tellFormat } from './tell-format.js';

/** What a file turned out to be. */
export interface FileNotes {
  format: DatasetFormat;
  notes: ReadingNotes;
}

/** Loaded when they are needed: some come with libraries of many megabytes. */
const READERS: Record<FileFormat, () => Promise<Reader>> = {
  csv: async () => (await import('./csv.js')).readCsv,
  tsv: async () => (await import('./csv.js')).readCsv,
  json: async () => (await import('./json.js')).readJson,
  ndjson: async () => (await import('./ndjson.js')).readNdjson,
  npy: async () => (await import('./npy.js')).readNpy,
  parquet: async () => (await import('./parquet.js')).readParquet,
  arrow: async () => (await import('./arrow.js')).readArrow,
};

const NAMES: Record<FileFormat, string> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  ndjson: 'NDJSON',
  npy: 'NPY',
  parquet: 'Parquet',
  arrow: 'Arrow',
};

const HEAD_BYTES = 512;

/**
 * Reads a file of any format. Binary formats are told by how they begin; text by the file's name, or where that says
 * nothing, by whether it begins like JSON.
 *
 * @param file where it lies, and what its sender calls it
 * @param maxUnpackedBytes bytes that it may unpack to
 * @param arrival of a file that is still coming in
 */
export async function readFile(
  file: { path: string; name: string },
  table: TableWriter,
  options: ReadOptions,
  maxUnpackedBytes: number,
  arrival?: Arrival,
): Promise<FileNotes> {
  let source = await Source.open(file.path, maxUnpackedBytes, arrival);
  if (source.gzip) source = await wholeSource(file.path, maxUnpackedBytes, arrival);
  const format = tellFormat(await source.head(HEAD_BYTES), file.name);
  if (!isPassing(format)) source = await wholeSource(file.path, maxUnpackedBytes, arrival);
  const read = await READERS[format]();
  const notes = await read(source, table, options).catch((error: unknown) => {
    throw error instanceof DatasetRefusedError ? error : damaged(format, table);
  });
  return {
    format: format === 'csv' && notes.delimiter === '\t' ? 'tsv' : format,
    notes: { ...notes, ...(source.gzip && { gzip: true }) },
  };
}

async function wholeSource(path: string, maxBytes: number, arrival?: Arrival): Promise<Source> {
  while (arrival && !arrival.whole) await arrival.more();
  return Source.open(path, maxBytes);
}

/** What is said where a library breaks on a file: its own words are about its own parts. */
function damaged(format: FileFormat, table: TableWriter): DatasetRefusedError {
  const place = table.started && table.rows > 0 ? `behind row ${table.rows}` : 'before its first row';
  return unreadable('damaged', `The ${NAMES[format]} file is damaged ${place}: it does not hold together there.`);
}
