import { unreadable } from '../datasets.errors.js';
import type { TableWriter } from './table-writer.js';

/** Writes what a library read from a typed format: a number, a string, a boolean, a date; null is missing. */
export function writeValue(table: TableWriter, column: number, value: unknown, place: () => string): void {
  switch (typeof value) {
    case 'number':
      table.number(column, value, place);
      return;
    case 'bigint':
      table.bigint(column, value);
      return;
    case 'string':
      table.words(column, value, place);
      return;
    case 'boolean':
      table.words(column, String(value), place);
      return;
  }
  if (value === null || value === undefined) table.block.missing(column);
  else if (value instanceof Date && !Number.isNaN(value.getTime())) table.words(column, value.toISOString(), place);
  else {
    throw unreadable(
      'unsupported',
      `${place()}, column ${table.nameOf(column)}: bytes, lists and records cannot be a cell.`,
    );
  }
}
