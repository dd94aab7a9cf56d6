import { EngineError } from '../errors.js';
import { UNKNOWN } from './categories.js';
import { parseDate } from './dates.js';
import type { CategoryInput, Cell, InputColumn } from './types.js';

/** Cells as numbers: `rows x columns`, row-major, NaN where a value is missing. */
export interface EncodedRows {
  readonly data: Float64Array;
  /** By row, the columns whose category training never saw. */
  readonly unknown: ReadonlyMap<number, readonly string[]>;
}

/** Makes a number of a cell. */
type EncodeCell = (cell: unknown, row: number) => number;

/** Rows of a prediction. Every row must have a cell for every column. */
export function encodeRows(columns: readonly InputColumn[], rows: readonly (readonly Cell[])[]): EncodedRows {
  const encoder = new Encoder(columns, rows.length);
  rows.forEach((row, i) => {
    if (row.length !== columns.length) {
      throw new EngineError(
        'preparation.wrong_length',
        `Row ${i + 1} has ${row.length} values where ${columns.length} are expected: ${listed(columns)}.`,
        { row: i, expected: columns.length, given: row.length },
      );
    }
    for (let j = 0; j < columns.length; j++) encoder.take(i, j, row[j]);
  });
  return encoder;
}

/** The same for records by column name; fields that no column is named after are passed over. */
export function encodeRecords(
  columns: readonly InputColumn[],
  records: readonly Readonly<Record<string, unknown>>[],
): EncodedRows {
  const encoder = new Encoder(columns, records.length);
  records.forEach((record, i) => {
    columns.forEach(({ name }, j) => {
      const cell = Object.hasOwn(record, name) ? record[name] : undefined;
      if (cell === undefined) {
        throw new EngineError('preparation.missing_field', `Record ${i + 1} has no field "${name}".`, {
          row: i,
          column: name,
        });
      }
      encoder.take(i, j, cell);
    });
  });
  return encoder;
}

/** Fills a table of numbers cell by cell. */
export class Encoder implements EncodedRows {
  readonly data: Float64Array;
  readonly unknown = new Map<number, string[]>();
  private readonly encode: EncodeCell[];
  private readonly width: number;

  constructor(
    private readonly columns: readonly InputColumn[],
    rows: number,
  ) {
    this.width = columns.length;
    this.data = new Float64Array(rows * this.width);
    this.encode = columns.map(encoderOf);
  }

  /** @throws EngineError `preparation.wrong_type`, `preparation.not_finite` with the row */
  take(row: number, column: number, cell: unknown): void {
    const code = cell === null ? NaN : this.encode[column](cell, row);
    this.data[row * this.width + column] = code;
    const { type, name } = this.columns[column];
    if (code !== UNKNOWN || type !== 'category') return;
    const names = this.unknown.get(row);
    if (names) names.push(name);
    else this.unknown.set(row, [name]);
  }
}

function encoderOf(column: InputColumn): EncodeCell {
  switch (column.type) {
    case 'number':
      return (cell, row) => finiteNumber(column.name, cell, row);
    case 'date':
      return (cell, row) => {
        if (typeof cell !== 'string') return finiteNumber(column.name, cell, row);
        if (cell === '') return NaN;
        const time = parseDate(cell, column.order);
        if (time === undefined || Number.isNaN(time)) {
          const what = time === undefined ? `is no date as training saw them (${column.order})` : 'does not exist';
          throw wrongType(column.name, row, `${JSON.stringify(cell.slice(0, 40))} ${what}`);
        }
        return time;
      };
    case 'category':
      return categoryEncoder(column);
  }
}

/** Numbers are the words that they are spelled with, as in a file. */
function categoryEncoder({ name, categories, rare }: CategoryInput): EncodeCell {
  const codes = new Map<string, number>();
  categories.forEach((category, code) => codes.set(category, code));
  for (const category of rare) codes.set(category, categories.length);
  return (cell, row) => {
    if (typeof cell !== 'string' && typeof cell !== 'number') throw wrongType(name, row, 'must be a word');
    return cell === '' ? NaN : (codes.get(String(cell)) ?? UNKNOWN);
  };
}

function finiteNumber(name: string, cell: unknown, row: number): number {
  if (typeof cell !== 'number') throw wrongType(name, row, 'must be a number');
  if (!Number.isFinite(cell)) {
    throw new EngineError('preparation.not_finite', `Row ${row + 1}: "${name}" is not finite.`, { row, column: name });
  }
  return cell;
}

function wrongType(name: string, row: number, what: string): EngineError {
  return new EngineError('preparation.wrong_type', `Row ${row + 1}: "${name}" ${what}.`, { row, column: name });
}

function listed(columns: readonly InputColumn[]): string {
  const names = columns.slice(0, 8).map(({ name }) => name);
  return names.join(', ') + (columns.length > names.length ? ', ...' : '');
}
