import type { BlockReader, ColumnChunk } from '../../datasets/blocks/block-codec.js';
import { passedJsonOf } from '../../datasets/blocks/passed-json.js';
import { EngineError } from '../../ml/errors.js';
import { Encoder } from '../../ml/preparation/encode.js';
import { prepareEncoded } from '../../ml/preparation/preparation.js';
import type { FittedPreparation, InputColumn } from '../../ml/preparation/types.js';

/** What is wrong with a row, as plain data. */
export interface RowRefusal {
  word: string;
  message: string;
  /** Of the stretch. */
  row: number;
  /** Undefined where it is the row as a whole. */
  column: string | undefined;
}

/** Rows in the space of the centres. */
export interface PreparedStretch {
  data: Float64Array;
  /** For each row the columns whose category training never saw; null where centers know none. */
  unknown: (readonly string[])[] | null;
}

/**
 * Replays the preparation for some rows of a block.
 *
 * @param sources which column of the block is each column of the centers
 * @throws EngineError naming row and column
 */
export function prepareStretch(
  reader: BlockReader,
  { from, to }: { from: number; to: number },
  { sources, preparation }: { sources: readonly number[]; preparation: FittedPreparation },
): PreparedStretch {
  const encoder = new Encoder(preparation.columns, to - from);
  for (const [j, source] of sources.entries()) {
    const column = reader.column(source);
    const { type } = preparation.columns[j];
    for (let row = from; row < to; row++) encoder.take(row - from, j, cellOf(column, row, type));
  }
  const { data, unknown } = prepareEncoded(preparation, encoder);
  return { data: data as Float64Array, unknown: unknownOf(preparation, unknown, to - from) };
}

/**
 * A refusal of the engine that names a row, as plain data.
 *
 * @throws whatever else it is
 */
export function refusalOf(error: unknown): RowRefusal {
  if (!(error instanceof EngineError) || typeof error.details.row !== 'number') throw error;
  const { row, column } = error.details;
  const word = error.code.split('.')[1];
  return typeof column === 'string'
    ? { word, message: reasonOf(error.message, column), row, column }
    : { word, message: error.message, row, column: undefined };
}

function cellOf(column: ColumnChunk, row: number, type: InputColumn['type']): unknown {
  const value = type === 'category' ? NaN : column.number(row);
  if (!Number.isNaN(value)) return value;
  const text = column.text(row);
  const passed = text === null ? null : passedJsonOf(text);
  if (passed !== null) return ofJson(JSON.parse(passed), type);
  if (type !== 'number' || text === null || text.trim() === '') return text;
  // A column of mostly words keeps its numbers as words.
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** What JSON has beyond words and numbers: as a category, `true` and `false` are words; nothing else is right. */
function ofJson(value: unknown, type: InputColumn['type']): unknown {
  return type === 'category' && typeof value === 'boolean' ? String(value) : value;
}

/** What a refusal says of the column. */
function reasonOf(message: string, column: string): string {
  const start = message.indexOf(`: "${column}" `);
  return start < 0 ? 'is missing' : message.slice(start + column.length + 5).replace(/\.$/, '');
}

/** One a row; null where every category is known, as it is where there are none. */
function unknownOf(
  { columns }: FittedPreparation,
  unknown: ReadonlyMap<number, readonly string[]>,
  rows: number,
): (readonly string[])[] | null {
  if (columns.every(({ type }) => type !== 'category')) return null;
  return Array.from({ length: rows }, (_, row) => unknown.get(row) ?? []);
}
