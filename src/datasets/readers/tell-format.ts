import type { DatasetFormat } from '../dataset-types.js';
import { DatasetRefusedError } from '../datasets.errors.js';

export type FileFormat = Exclude<DatasetFormat, 'rows'>;

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

/**
 * The format of a file, by its first bytes and its name.
 *
 * @throws DatasetRefusedError of status 415 for what is no format that is read, or not the one that its name says
 */
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

/** Whether files of a format are read from the first byte to the last, so that they may still be coming in. */
export function isPassing(format: FileFormat): boolean {
  return format === 'csv' || format === 'tsv';
}

/** Whether a file that begins so can be read while it comes in. */
export function beginsPassing(head: Buffer, name: string): boolean {
  try {
    return !(head[0] === 0x1f && head[1] === 0x8b) && isPassing(tellFormat(head, name));
  } catch {
    return false;
  }
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
