import type { ColumnChunk } from '../blocks/block-codec.js';

/** What the cells of a column are in a format that has types. */
export type CellType = 'int32' | 'int64' | 'uint64' | 'float32' | 'float64' | 'boolean' | 'text' | 'date' | 'timestamp';

/** A column of a file that is written. */
export interface ColumnHead {
  name: string;
  type: CellType;
}

export type CellValue = number | bigint | boolean | string | Date | null;

/** Some rows of a column: null, in an array, where a cell is missing; typed arrays miss none. */
export type Cells = Float64Array | Int32Array | CellValue[];

/**
 * The cells of some rows as a typed format wants them. Words keep their spelling, those for missing values too.
 *
 * @param from first row of the block, `to` the one behind the last
 */
export function cellsOf(chunk: ColumnChunk, type: CellType, from: number, to: number): Cells {
  const rows = { length: to - from };
  switch (type) {
    case 'int32':
    case 'float32':
    case 'float64':
      return numbersOf(Float64Array.from(rows, (_, i) => chunk.number(from + i)));
    case 'int64':
    case 'uint64':
      return Array.from(rows, (_, i) => wholeOf(chunk, from + i));
    case 'boolean':
      return Array.from(rows, (_, i) => booleanOf(chunk.text(from + i)));
    case 'date':
    case 'timestamp':
      return Array.from(rows, (_, i) => dateOf(chunk.text(from + i)));
    case 'text':
      return Array.from(rows, (_, i) => chunk.spelling(from + i) || null);
  }
}

/** Numbers among which NaN is a missing one. */
export function numbersOf(numbers: Float64Array): Float64Array | (number | null)[] {
  return numbers.some(Number.isNaN) ? Array.from(numbers, (value) => (Number.isNaN(value) ? null : value)) : numbers;
}

/** Digits beyond what float64 holds are kept as text. */
function wholeOf(chunk: ColumnChunk, row: number): bigint | null {
  const value = chunk.number(row);
  if (Number.isSafeInteger(value)) return BigInt(value);
  const text = chunk.text(row);
  return text === null ? null : BigInt(text);
}

function booleanOf(text: string | null): boolean | null {
  return text === null ? null : text === 'true';
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
