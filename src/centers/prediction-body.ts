import { InvalidRequestError } from '../common/validation.js';
import type { Cell } from '../ml/preparation/types.js';

/** How many rows one JSON body may hold; files have no such bound. */
const MAX_ROWS = 1_000_000;

/** Rows in the order of the columns, or records by column name. */
export type PredictionBody =
  | { rows: readonly (readonly Cell[])[]; records?: undefined }
  | { rows?: undefined; records: readonly Readonly<Record<string, Cell>>[] };

/**
 * Reads the body of a prediction, which may hold a million cells: one pass, no copies. What is right for the columns of
 * the centers is not known here.
 *
 * @throws InvalidRequestError naming the first place that is wrong
 */
export function readPredictionBody(body: unknown): PredictionBody {
  if (!isObject(body)) refuse('body', 'must be an object with rows or records.');
  const unknown = Object.keys(body).find((key) => key !== 'rows' && key !== 'records');
  if (unknown !== undefined) refuse(unknown, 'is not a field of this request.');
  const { rows, records } = body;
  if ((rows === undefined) === (records === undefined)) refuse('rows', 'or records: give exactly one of the two.');
  return rows === undefined ? { records: readRecords(records) } : { rows: readRows(rows) };
}

function readRows(rows: unknown): readonly (readonly Cell[])[] {
  const list = readList('rows', rows);
  list.forEach((row, i) => {
    if (!Array.isArray(row)) refuse(`rows.${i}`, 'must be an array of cells.');
    row.forEach((cell: unknown, j) => {
      if (!isCell(cell)) refuse(`rows.${i}.${j}`, 'must be a number, a string or null.');
    });
  });
  return list as Cell[][];
}

function readRecords(records: unknown): readonly Readonly<Record<string, Cell>>[] {
  const list = readList('records', records);
  list.forEach((record, i) => {
    if (!isObject(record)) refuse(`records.${i}`, 'must be an object by column name.');
    for (const name of Object.keys(record)) {
      if (!isCell(record[name])) refuse(`records.${i}.${name}`, 'must be a number, a string or null.');
    }
  });
  return list as Record<string, Cell>[];
}

function readList(field: string, list: unknown): readonly unknown[] {
  if (!Array.isArray(list)) refuse(field, 'must be an array.');
  if (list.length > MAX_ROWS) refuse(field, `must hold at most ${MAX_ROWS} rows.`);
  return list;
}

function isCell(value: unknown): value is Cell {
  return value === null || typeof value === 'number' || typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(path: string, message: string): never {
  throw new InvalidRequestError([{ path, message }]);
}
