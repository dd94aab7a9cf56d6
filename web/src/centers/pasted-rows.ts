import { parse } from 'papaparse';
import type { Schemas } from '../api/client';
import { type Cell, inputsOf } from './inputs';

/** Rows as somebody pasted them, ready to be sent. */
export interface PastedRows {
  records: Record<string, Cell>[];
  /** The line of the text that each record stands in, from 1. */
  lines: number[];
}

/** What is wrong with a pasted text, at one of its lines. */
export class PastedRowsError extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(`Line ${line}: ${message}`);
  }
}

/**
 * Reads rows from a spreadsheet or a text file: with a first line of names, in any order, or without one, in the order
 * of the columns. Columns that the centers do not know are left out; numbers may have a decimal comma where commas do
 * not part cells.
 *
 * @throws PastedRowsError naming the line
 */
export function readPasted(text: string, centers: Schemas['CentersDto']): PastedRows {
  const { columns, idColumn } = centers;
  const numbers = new Set(inputsOf(centers).flatMap(({ name, type }) => (type === 'number' ? [name] : [])));
  const parsed = parse<string[]>(text.trimEnd(), { skipEmptyLines: false });
  const table = parsed.data.map((cells) => cells.map((cell) => cell.trim()));
  const known = new Set(idColumn ? [...columns, idColumn] : columns);
  const head = table.at(0) ?? [];
  const named = head.some((cell) => known.has(cell));
  const names = named ? head : columns;
  if (named) {
    const absent = columns.filter((name) => !head.includes(name));
    if (absent.length > 0) throw new PastedRowsError(1, `there is no column ${absent.join(', ')}.`);
  }
  const commas = parsed.meta.delimiter === ',';
  const rows: PastedRows = { records: [], lines: [] };
  table.forEach((cells, i) => {
    if ((named && i === 0) || cells.every((cell) => cell === '')) return;
    if (cells.length !== names.length) {
      throw new PastedRowsError(i + 1, `${cells.length} cells, where ${names.length} are wanted: ${names.join(', ')}.`);
    }
    const record: Record<string, Cell> = {};
    names.forEach((name, j) => {
      if (known.has(name)) record[name] = readCell(cells[j] ?? '', numbers.has(name), commas);
    });
    rows.records.push(record);
    rows.lines.push(i + 1);
  });
  return rows;
}

function readCell(text: string, isNumber: boolean, commas: boolean): Cell {
  if (text === '') return null;
  if (!isNumber) return text;
  const value = Number(commas ? text : text.replace(',', '.'));
  // What is no number is for the service to refuse, in its own words.
  return Number.isNaN(value) ? text : value;
}
