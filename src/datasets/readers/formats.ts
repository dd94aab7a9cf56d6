import type { DatasetFormat, ReadingNotes } from '../dataset-types.js';
import { DatasetRefusedError, unreadable } from '../datasets.errors.js';
import { readArrow } from './arrow.js';
import { readCsv } from './csv.js';
import { readJson } from './json.js';
import { readNdjson } from './ndjson.js';
import { readNpy } from './npy.js';
import { readParquet } from './parquet.js';
import type { Reader, ReadOptions } from './reader.js';
import { type Arrival, Source } from './source.js';
import type { TableWriter } from './table-writer.js';

/** What a file turned out to be. */
export interface FileNotes {
  format: DatasetFormat;
  notes: ReadingNotes;
}

type FileFormat = Exclude<DatasetFormat, 'rows'>;

/** Formats that are read from the first byte to the last, so that a file may still be coming in. */
const PASSING: readonly FileFormat[] = ['csv', 'tsv'];

const READERS: Record<FileFormat, Reader> = {
  csv: readCsv,
  tsv: readCsv,
  json: readJson,
  ndjson: readNdjson,
  npy: readNpy,
  parquet: readParquet,
  arrow: readArrow,
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

/** How binary formats begin. */
const BINARY: [magic: string, format: FileFormat][] = [
  ['PAR1', 'parquet'],
  ['ARROW1', 'arrow'],
  ['\xff\xff\xff\xff', 'arrow'],
  ['\x93NUMPY', 'npy'],
];

/** How files begin that are often sent and cannot be read. */
const FOREIGN: [magic: string, name: string][] = [
  ['PK\x03\x04', 'a ZIP archive, as spreadsheets are (export it as CSV)'],
  ['\xd0\xcf\x11\xe0', 'an old Office document (export it as CSV)'],
  ['%PDF', 'a PDF document'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['\x89HDF', 'an HDF5 file'],
  ['SQLite format 3', 'an SQLite database'],
  ['\x28\xb5\x2f\xfd', 'compressed with Zstandard (gzip is read)'],
  ['BZh', 'compressed with bzip2 (gzip is read)'],
  ['\xfd7zXZ', 'compressed with xz (gzip is read)'],
  ["7z\xbc\xaf'\x1c", 'a 7-Zip archive'],
  ['ORC', 'an ORC file'],
  ['Obj\x01', 'an Avro file'],
];

const SUFFIXES: Record<string, FileFormat> = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  npy: 'npy',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
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
  if (!PASSING.includes(format)) source = await wholeSource(file.path, maxUnpackedBytes, arrival);
  const notes = await READERS[format](source, table, options).catch((error: unknown) => {
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

/** Whether a file that begins so can be read while it comes in. */
export function isPassing(head: Buffer, name: string): boolean {
  try {
    return !(head[0] === 0x1f && head[1] === 0x8b) && PASSING.includes(tellFormat(head, name));
  } catch {
    return false;
  }
}

/** What is said where a library breaks on a file: its own words are about its own parts. */
function damaged(format: FileFormat, table: TableWriter): DatasetRefusedError {
  const place = table.started && table.rows > 0 ? `behind row ${table.rows}` : 'before its first row';
  return unreadable('damaged', `The ${NAMES[format]} file is damaged ${place}: it does not hold together there.`);
}

/** @throws DatasetRefusedError of status 415 for what is no format that is read, or not the one that its name says */
export function tellFormat(head: Buffer, name: string): FileFormat {
  const text = head.toString('latin1');
  const binary = BINARY.find(([magic]) => text.startsWith(magic));
  if (binary) return binary[1];
  const foreign = FOREIGN.find(([magic]) => text.startsWith(magic));
  if (foreign) throw unsupported('unknown_format', `The file is ${foreign[1]}.`);
  const suffix = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(name)?.[1].toLowerCase() ?? '';
  const named = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined;
  if (named === undefined) return sniffText(text);
  if (BINARY.some(([, format]) => format === named)) {
    throw unsupported(
      'format_mismatch',
      `The file is called .${suffix}, but does not begin as a file of that format does.`,
    );
  }
  return named;
}

function sniffText(text: string): FileFormat {
  const start = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (start.startsWith('[')) return /^\[[^\n]*\]\s*\n\s*\[/.test(start) ? 'ndjson' : 'json';
  if (start.startsWith('{')) return /^\{[^\n]*\}\s*\n\s*\{/.test(start) ? 'ndjson' : 'json';
  return 'csv';
}

function unsupported(code: string, detail: string): DatasetRefusedError {
  return new DatasetRefusedError({ kind: 'unsupported', code: `dataset.${code}`, detail });
}
