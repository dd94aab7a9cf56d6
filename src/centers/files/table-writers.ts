import { isFormula, quoteFormula } from '../../common/csv-writer.js';
import type { ColumnChunk } from '../../datasets/blocks/block-codec.js';
import { passedJsonOf } from '../../datasets/blocks/passed-json.js';
import type { ReadingNotes } from '../../datasets/dataset-types.js';
import type { BinaryFormatName } from '../../datasets/writers/binary-formats.js';
import { TextBytes } from './text-bytes.js';
import { type Cells, cellsOf, type CellType, type ColumnHead } from '../../datasets/writers/cells.js';

/** Formats whose parts stand for themselves; the others have heads and ends that know all parts. */
export const TEXT_FORMATS = ['csv', 'ndjson', 'json', 'npy'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];
export type TableFormat = TextFormat | BinaryFormatName;

export function isBinary(format: TableFormat): format is BinaryFormatName {
  return !(TEXT_FORMATS as readonly string[]).includes(format);
}

/** What is added to each row; all arrays begin with the first row that is written. */
export interface AddedColumns {
  labels: Int32Array;
  distances: Float64Array;
  /** -1 where there is none. */
  runnerUps: Int32Array;
  margins: Float64Array;
  /** 0, 1, or 2 where it is not known. */
  outliers: Uint8Array;
  /** Columns whose category training never saw, one list a row; null where the centers know no categories. */
  unknown: readonly (readonly string[])[] | null;
  /** `rows x k`, or null. */
  all: Float64Array | null;
}

/** Some rows to write. */
export interface Stretch {
  columns: readonly ColumnChunk[];
  names: readonly string[];
  /** Rows of the block. */
  from: number;
  to: number;
  added: AddedColumns;
  notes: ReadingNotes;
  /** Whether they are the first of the file. */
  first: boolean;
}

type WriteRows = (stretch: Stretch) => Buffer;

/** Of this thread. */
const text = new TextBytes();

/** What a cell that is added holds; null where there is nothing. */
type Extra = number | boolean | readonly string[] | null;

/** What one row has more. */
function extras({ labels, distances, runnerUps, margins, outliers, unknown, all }: AddedColumns, i: number): Extra[] {
  const single = runnerUps[i] < 0;
  const values: Extra[] = [
    labels[i],
    distances[i],
    single ? null : runnerUps[i],
    single ? null : margins[i],
    outliers[i] === 2 ? null : outliers[i] === 1,
  ];
  if (unknown) values.push(unknown[i]);
  if (all) {
    const k = all.length / labels.length;
    for (let c = 0; c < k; c++) values.push(all[i * k + c]);
  }
  return values;
}

/** Cells as they stood in the file, formulas aside, what is added behind them, in the file's own dialect. */
const csv: WriteRows = ({ columns, names, from, to, added, notes, first }) => {
  const { delimiter = ',', decimalComma = false } = notes;
  const special = new RegExp(`["\\r\\n${delimiter === '\t' ? '\\t' : delimiter === '|' ? '\\|' : delimiter}]`);
  const cell = (words: string): string => {
    // With a decimal comma, -1,5 is a number.
    if (isFormula(decimalComma ? words.replace(',', '.') : words)) return quoteFormula(words);
    return special.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
  };
  const extra = (value: Extra): string => {
    if (value === null) return '';
    if (typeof value === 'object') return cell(value.join('; '));
    return decimalComma ? String(value).replace('.', ',') : String(value);
  };
  if (first) text.add(`${names.map(cell).join(delimiter)}\r\n`);
  for (let row = from; row < to; row++) {
    let line = '';
    for (const column of columns) {
      const spelling = column.spelling(row);
      // Numbers are kept as numbers, and spelled with a point.
      const comma = decimalComma && !Number.isNaN(column.number(row));
      line += cell(comma ? spelling.replace('.', ',') : spelling) + delimiter;
    }
    const behind = extras(added, row - from).map(extra);
    text.add(`${line}${behind.join(delimiter)}\r\n`);
  }
  return text.take();
};

function* records({ columns, names, from, to, added }: Stretch): Generator<string> {
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  for (let row = from; row < to; row++) {
    const fields = columns.flatMap((column, j) => {
      const cell = jsonCell(column, row);
      return cell === '' ? [] : [keys[j] + cell];
    });
    extras(added, row - from).forEach((value, j) => fields.push(keys[columns.length + j] + JSON.stringify(value)));
    yield `{${fields.join(',')}}`;
  }
}

/** A cell as it stood in its record; empty where it had none. */
function jsonCell(column: ColumnChunk, row: number): string {
  const number = column.number(row);
  if (!Number.isNaN(number)) return JSON.stringify(number);
  const words = column.spelling(row);
  return passedJsonOf(words) ?? (words === '' ? 'null' : JSON.stringify(words));
}

const ndjson: WriteRows = (stretch) => {
  for (const record of records(stretch)) text.add(`${record}\n`);
  return text.take();
};

const json: WriteRows = (stretch) => {
  let before = stretch.first ? '[' : ',\n';
  for (const record of records(stretch)) {
    text.add(before + record);
    before = ',\n';
  }
  return text.take();
};

/** Values only: the head tells the number of rows, which only the whole file does. */
const npy: WriteRows = ({ columns, names, from, to, added }) => {
  const values = new Float64Array((to - from) * names.length);
  let at = 0;
  for (let row = from; row < to; row++) {
    for (const column of columns) values[at++] = column.number(row);
    for (const value of extras(added, row - from)) {
      // Of a list of names, how many they are.
      values[at++] = value === null ? NaN : typeof value === 'object' ? value.length : Number(value);
    }
  }
  return Buffer.from(values.buffer);
};

export const WRITERS: Record<TextFormat, WriteRows> = { csv, ndjson, json, npy };

/** What ends a file of a format. */
export const ENDINGS: Record<TextFormat, string> = { csv: '', ndjson: '', json: ']\n', npy: '' };

/** What is added, as columns of a format that has types: these, unknown categories, distances. */
const ADDED_TYPES: readonly CellType[] = ['int32', 'float64', 'int32', 'float64', 'boolean'];

/** The columns of a file that has types: its own, then what is added. */
export function typedHeads(names: readonly string[], types: readonly CellType[], unknown: boolean): ColumnHead[] {
  const added = unknown ? [...ADDED_TYPES, 'text' as const] : ADDED_TYPES;
  return names.map((name, j) => ({ name, type: types.at(j) ?? added.at(j - types.length) ?? 'float64' }));
}

/** All cells of some rows, column by column, those that are added at the end. */
export function typedCells(
  { columns, from, to, added }: Pick<Stretch, 'columns' | 'from' | 'to' | 'added'>,
  heads: readonly ColumnHead[],
): Cells[] {
  const own = columns.map((column, j) => cellsOf(column, heads[j].type, from, to));
  const rows = { length: to - from };
  const { labels, distances, runnerUps, margins, outliers, unknown, all } = added;
  // With a single cluster nobody has a runner-up; otherwise everybody has.
  const single = runnerUps[0] < 0;
  const none = (): null[] => new Array<null>(rows.length).fill(null);
  const k = all ? all.length / rows.length : 0;
  return [
    ...own,
    labels,
    distances,
    single ? none() : runnerUps,
    single ? none() : margins,
    Array.from(outliers, (outlier) => (outlier === 2 ? null : outlier === 1)),
    ...(unknown ? [unknown.map((names) => (names.length > 0 ? names.join('; ') : null))] : []),
    ...Array.from({ length: k }, (_, c) => Float64Array.from(rows, (_value, i) => all![i * k + c])),
  ];
}

export const MEDIA_TYPES: Record<TableFormat | 'tsv', string> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
  npy: 'application/octet-stream',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
  'arrow-stream': 'application/vnd.apache.arrow.stream',
};

/** How files of a format are called. */
export const SUFFIXES: Record<TableFormat | 'tsv', string> = {
  csv: 'csv',
  tsv: 'tsv',
  ndjson: 'ndjson',
  json: 'json',
  npy: 'npy',
  parquet: 'parquet',
  arrow: 'arrow',
  'arrow-stream': 'arrows',
};
