import { type DateOrder, parseDate } from '../ml/preparation/dates.js';
import type { ColumnChunk } from './blocks/block-codec.js';
import type { ColumnProfile } from './dataset-types.js';

/** What a column of a matrix holds; see `TableColumn`. */
export type MatrixColumn =
  | { name: string; type: 'number' }
  | { name: string; type: 'date'; order: DateOrder }
  | { name: string; type: 'category'; dictionary: string[] };

/** Brings a column into a matrix, block by block. */
export interface ColumnReader {
  /** Complete once all blocks were read. */
  readonly column: MatrixColumn;
  /**
   * @param data OUT
   * @param at where its first row goes; the next one `step` further
   */
  read(chunk: ColumnChunk, rows: number, data: Float64Array, at: number, step: number): void;
}

/** How a column is read for training. */
export function columnReader({ name, type, dateOrder = 'year-first' }: ColumnProfile): ColumnReader {
  if (type === 'number') {
    return {
      column: { name, type },
      read(chunk, rows, data, at, step) {
        for (let row = 0; row < rows; row++, at += step) data[at] = chunk.number(row);
      },
    };
  }
  if (type === 'date') {
    return textReader({ name, type, order: dateOrder }, (text) => parseDate(text, dateOrder) ?? NaN);
  }
  const dictionary: string[] = [];
  return textReader({ name, type: 'category', dictionary }, (text) => dictionary.push(text) - 1);
}

/** Makes a number of each text once. */
function textReader(column: MatrixColumn, toNumber: (text: string) => number): ColumnReader {
  const known = new Map<string, number>();
  return {
    column,
    read(chunk, rows, data, at, step) {
      for (let row = 0; row < rows; row++, at += step) {
        const text = chunk.text(row);
        let value = text === null ? NaN : known.get(text);
        if (value === undefined) {
          value = toNumber(text!);
          known.set(text!, value);
        }
        data[at] = value;
      }
    },
  };
}
