import { EngineError } from '../errors.js';
import type { PreparationOptions, TableColumn } from './types.js';

/** Checks a table's shape and values, and settles which of its rows stay. */
export function rowsToKeep(
  table: readonly TableColumn[],
  { missing, logColumns = [] }: PreparationOptions,
): Int32Array {
  const rows = table[0]?.values.length ?? 0;
  if (rows === 0 || table.some(({ values }) => values.length !== rows)) {
    throw new EngineError('preparation.bad_table', 'A table needs columns of one length, above 0.');
  }
  const repeated = table.find(({ name }, j) => table.findIndex((other) => other.name === name) !== j);
  if (repeated) {
    throw new EngineError('preparation.bad_table', `There are several columns named "${repeated.name}".`, {
      column: repeated.name,
    });
  }
  const incomplete = new Uint8Array(rows);
  for (const { name, values } of table) {
    for (let i = 0; i < rows; i++) {
      const value = values[i];
      if (Number.isFinite(value)) continue;
      if (!Number.isNaN(value)) {
        throw new EngineError('preparation.not_finite', `Row ${i + 1}: "${name}" is not finite.`, {
          row: i,
          column: name,
        });
      }
      incomplete[i] = 1;
      if (missing === 'error') refuseMissing(table);
    }
  }
  for (const name of logColumns) refuseNoLogarithm(table, name, missing === 'drop' ? incomplete : undefined);
  if (missing !== 'drop') return Int32Array.from({ length: rows }, (_, i) => i);
  const kept = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => incomplete[i] === 0);
  if (kept.length === 0) {
    throw new EngineError('dataset.no_rows_left', 'Every row has a missing value, so none is left to train on.');
  }
  return kept;
}

function refuseMissing(table: readonly TableColumn[]): never {
  const gaps = table
    .map(({ name, values }) => ({ name, count: values.filter((value) => Number.isNaN(value)).length }))
    .filter(({ count }) => count > 0);
  const row = table[0].values.findIndex((_, i) => table.some(({ values }) => Number.isNaN(values[i])));
  const listed = gaps.slice(0, 5).map(({ name, count }) => `"${name}" (${count})`);
  throw new EngineError(
    'dataset.missing_values',
    `Values are missing in ${listed.join(', ')}${gaps.length > 5 ? ' and other columns' : ''}, first in row ${row + 1}.`,
    { columns: gaps.map(({ name }) => name), row },
  );
}

/** @param dropped rows that do not count; none when undefined */
function refuseNoLogarithm(table: readonly TableColumn[], name: string, dropped: Uint8Array | undefined): void {
  const column = table.find((candidate) => candidate.name === name);
  if (!column) {
    throw new EngineError('preparation.unknown_column', `There is no column "${name}" to take the logarithm of.`, {
      column: name,
    });
  }
  if (column.type !== 'number') {
    throw new EngineError('preparation.bad_option', `"${name}" holds no numbers to take the logarithm of.`, {
      column: name,
    });
  }
  const row = column.values.findIndex((value, i) => value <= 0 && dropped?.[i] !== 1);
  if (row < 0) return;
  throw new EngineError(
    'preparation.no_logarithm',
    `Row ${row + 1}: "${name}" is ${column.values[row]}; only numbers above 0 have a logarithm.`,
    { row, column: name },
  );
}
