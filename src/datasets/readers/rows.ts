import type { ReadingNotes } from '../dataset-types.js';
import { unreadable } from '../datasets.errors.js';
import { toPassedJson } from '../blocks/passed-json.js';
import type { TableWriter } from './table-writer.js';

/** A cell of JSON. */
export type JsonCell = number | string | boolean | null;

/** Rows in the body of a request. */
export interface JsonRows {
  columns?: string[];
  rows: JsonCell[][];
}

/** Reads JSON rows, all of the same length; rows are counted from 1 in what it says. */
export async function readRows({ columns, rows }: JsonRows, table: TableWriter): Promise<ReadingNotes> {
  if (rows.length === 0) throw unreadable('no_rows', 'There are no rows.');
  table.start(columns?.length ?? rows[0].length, columns);
  for (let row = 0; row < rows.length; row++) {
    writeRow(table, rows[row], row);
    if (row % 10_000 === 0) await table.drained();
  }
  return {};
}

/** Writes one row of JSON cells. */
export function writeRow(
  table: TableWriter,
  cells: readonly JsonCell[],
  row: number,
  place = (): string => `Row ${row + 1}`,
): void {
  if (cells.length !== table.columns) {
    throw unreadable(
      'ragged_row',
      `${place()} has ${cells.length} cells where the table has ${table.columns} columns.`,
    );
  }
  for (let column = 0; column < cells.length; column++) writeCell(table, column, cells[column], place);
  table.endRow();
}

/** Writes one JSON cell: booleans become the words `true` and `false`, save where the table is passed on. */
export function writeCell(table: TableWriter, column: number, cell: JsonCell, place: () => string): void {
  if (typeof cell === 'number') table.number(column, cell, place);
  else if (cell === null) table.block.missing(column);
  else if (table.passing && cell === '') table.block.missing(column, toPassedJson(cell));
  else if (table.passing && typeof cell === 'boolean') table.block.text(column, toPassedJson(cell));
  else table.words(column, String(cell), place);
}
