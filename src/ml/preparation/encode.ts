import { EngineError } from '../errors.js';
import type { Cell, InputColumn } from './types.js';

/**
 * Rows of a prediction to raw features, row-major, missing as NaN. Every row must have a cell for every column.
 * @returns `rows.length x columns.length`
 */
export function encodeRows(columns: readonly InputColumn[], rows: readonly (readonly Cell[])[]): Float64Array {
  const data = new Float64Array(rows.length * columns.length);
  rows.forEach((row, i) => {
    if (row.length !== columns.length) {
      throw new EngineError(
        'preparation.wrong_length',
        `Row ${i} has ${row.length} values where ${columns.length} are expected: ${listed(columns)}.`,
        { row: i, expected: columns.length, given: row.length },
      );
    }
    columns.forEach((column, j) => {
      data[i * columns.length + j] = encodeCell(column, row[j], i);
    });
  });
  return data;
}

/** The same for records by column name; fields that no column is named after are passed over. */
export function encodeRecords(
  columns: readonly InputColumn[],
  records: readonly Readonly<Record<string, unknown>>[],
): Float64Array {
  const data = new Float64Array(records.length * columns.length);
  records.forEach((record, i) => {
    columns.forEach((column, j) => {
      const cell = Object.hasOwn(record, column.name) ? record[column.name] : undefined;
      if (cell === undefined) {
        throw new EngineError('preparation.missing_field', `Record ${i} has no field "${column.name}".`, {
          row: i,
          column: column.name,
        });
      }
      data[i * columns.length + j] = encodeCell(column, cell, i);
    });
  });
  return data;
}

function encodeCell(column: InputColumn, cell: unknown, row: number): number {
  if (cell === null) return NaN;
  if (typeof cell !== 'number') {
    throw new EngineError('preparation.wrong_type', `Row ${row}: "${column.name}" must be a number.`, {
      row,
      column: column.name,
    });
  }
  if (!Number.isFinite(cell)) {
    throw new EngineError('preparation.not_finite', `Row ${row}: "${column.name}" is not finite.`, {
      row,
      column: column.name,
    });
  }
  return cell;
}

function listed(columns: readonly InputColumn[]): string {
  const names = columns.slice(0, 8).map(({ name }) => name);
  return names.join(', ') + (columns.length > names.length ? ', ...' : '');
}
