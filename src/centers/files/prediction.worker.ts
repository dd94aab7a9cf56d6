import { moved } from '../../common/moved.js';
import { passOn } from '../../common/young-garbage.js';
import { BlockReader, type ColumnChunk } from '../../datasets/blocks/block-codec.js';
import type { ReadingNotes } from '../../datasets/dataset-types.js';
import { BINARY_FORMATS } from '../../datasets/writers/binary-formats.js';
import type { CellType } from '../../datasets/writers/cells.js';
import { EngineError } from '../../ml/errors.js';
import { Encoder } from '../../ml/preparation/encode.js';
import { prepareEncoded } from '../../ml/preparation/preparation.js';
import type { Cell, FittedPreparation, InputColumn } from '../../ml/preparation/types.js';
import { type AddedColumns, isBinary, type TableFormat, typedCells, typedHeads, WRITERS } from './table-writers.js';

/** Rows of a block, ready to be placed. */
export interface PrepareTask {
  kind: 'prepare';
  block: Uint8Array;
  from: number;
  to: number;
  sources: number[];
  preparation: FittedPreparation;
}

/** Rows of a block with what is to be added to them, to be written. */
export interface WriteTask {
  kind: 'write';
  block: Uint8Array;
  from: number;
  to: number;
  names: string[];
  added: AddedColumns;
  format: TableFormat;
  notes: ReadingNotes;
  first: boolean;
  /** Of the columns of the file, where its format has types. */
  types: readonly CellType[];
  /** Bytes of the answer that go before. */
  offset: number;
}

/** Rows as they are answered. */
export interface Written {
  bytes: Uint8Array;
  /** What the end of a binary file has to tell of them. */
  part?: unknown;
}

/** What is wrong with a row, as plain data. */
export interface RowRefusal {
  word: string;
  message: string;
  row: number;
  column: string;
}

/** `unknown`: for each row the columns whose category training never saw; undefined where centers know none. */
export type Prepared = { data: Float64Array; unknown?: (readonly string[])[] | undefined } | { refusal: RowRefusal };

export default function work(task: PrepareTask | WriteTask): Prepared | Written {
  if (task.kind === 'prepare') return prepare(task);
  const written = write(task);
  // Pieces as long as all of it, which were put together.
  passOn(written.bytes.length);
  return moved(written);
}

function prepare({ block, from, to, sources, preparation }: PrepareTask): Prepared {
  const reader = new BlockReader(block);
  const encoder = new Encoder(preparation.columns, to - from);
  try {
    for (const [j, source] of sources.entries()) {
      const column = reader.column(source);
      const { type } = preparation.columns[j];
      for (let row = from; row < to; row++) encoder.take(row - from, j, cellOf(column, row, type));
    }
    const { data, unknown } = prepareEncoded(preparation, encoder);
    return { data: data as Float64Array, unknown: unknownOf(preparation, unknown, to - from) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { row, column } = error.details as { row: number; column: string };
    const word = error.code.split('.')[1];
    return { refusal: { word, message: reasonOf(error.message, column), row, column } };
  }
}

function cellOf(column: ColumnChunk, row: number, type: InputColumn['type']): Cell {
  if (type === 'category') return column.text(row);
  const value = column.number(row);
  if (!Number.isNaN(value)) return value;
  const text = column.text(row);
  if (type === 'date' || text === null || text.trim() === '') return text;
  // A column of mostly words keeps its numbers as words.
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** What a refusal says of the column. */
function reasonOf(message: string, column: string): string {
  const start = message.indexOf(`: "${column}" `);
  return start < 0 ? 'is missing' : message.slice(start + column.length + 5).replace(/\.$/, '');
}

/** One a row; undefined where every category is known, as it is where there are none. */
function unknownOf(
  { columns }: FittedPreparation,
  unknown: ReadonlyMap<number, readonly string[]>,
  rows: number,
): (readonly string[])[] | undefined {
  if (columns.every(({ type }) => type !== 'category')) return undefined;
  return Array.from({ length: rows }, (_, row) => unknown.get(row) ?? []);
}

function write({ block, from, to, names, added, format, notes, first, types, offset }: WriteTask): Written {
  const reader = new BlockReader(block);
  const columns = Array.from({ length: reader.columns }, (_, column) => reader.column(column));
  if (!isBinary(format)) return { bytes: WRITERS[format]({ columns, names, from, to, added, notes, first }) };
  const heads = typedHeads(names, types, added.unknown !== null);
  return BINARY_FORMATS[format].part(heads, typedCells({ columns, from, to, added }, heads), offset);
}
