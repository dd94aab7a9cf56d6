import { EngineError } from '../errors.js';
import type { Matrix } from '../types.js';
import { encodeRecords, encodeRows } from './encode.js';
import { applyImpute, fitImpute } from './impute.js';
import { applyScale, fitScale, invertScale } from './scale.js';
import type {
  Cell,
  FittedPreparation,
  PreparationOptions,
  PreparationStep,
  PreparationWarning,
  PreparedData,
  TableColumn,
} from './types.js';
import { applyWeigh, fitWeigh, invertWeigh } from './weigh.js';

/**
 * Learns the preparation of a table (missing values, scaling, column weights) and applies it. What comes back is plain
 * JSON that {@link prepareRows} and {@link prepareRecords} replay: a row of the table, given to them, becomes the same
 * bits as its row in `matrix`.
 *
 * @throws EngineError `preparation.bad_table`, `preparation.bad_option`, `preparation.unknown_column`,
 * `preparation.not_finite` (infinite values, with row and column), `dataset.missing_values` (under `error`),
 * `dataset.no_rows_left` (under `drop`), `dataset.empty_column` (nothing to impute from), `dataset.constant` (no column
 * varies)
 */
export function fitPreparation(table: readonly TableColumn[], options: PreparationOptions = {}): PreparedData {
  const { missing = 'error', scaling = 'standard', columnWeights = {} } = options;
  const names = table.map(({ name }) => name);
  const keptRows = rowsToKeep(table, missing);
  const columns = table.map(({ values }) => Float64Array.from(keptRows, (row) => values[row]));
  const data = interleave(columns);

  const steps: PreparationStep[] = [fitImpute(columns, names, missing)];
  applyImpute(steps[0] as Extract<PreparationStep, { kind: 'impute' }>, data, names);
  const filled = columns.map((_, j) => columnOf(data, names.length, j));
  const constant = filled.map((column) => column.every((value) => value === column[0]));
  if (constant.every(Boolean)) {
    throw new EngineError('dataset.constant', 'Every column is constant: there is nothing to cluster by.', {
      columns: names,
    });
  }
  const warnings: PreparationWarning[] = names
    .filter((_, j) => constant[j])
    .map((name) => ({ code: 'dataset.constant_column', message: `Column "${name}" is constant.` }));
  if (keptRows.length < table[0].values.length) {
    const dropped = table[0].values.length - keptRows.length;
    warnings.push({ code: 'dataset.rows_dropped', message: `${dropped} rows with missing values were left out.` });
  }

  if (scaling !== 'none') {
    const { step, flat } = fitScale(filled, scaling);
    for (const j of flat.filter((j) => !constant[j])) {
      const message = `Column "${names[j]}" has no spread that "${scaling}" could scale by; its scale is 1.`;
      warnings.push({ code: 'dataset.no_spread', message });
    }
    steps.push(step);
  }
  if (Object.keys(columnWeights).length > 0) steps.push(fitWeigh(names, columnWeights));
  const preparation: FittedPreparation = {
    version: 1,
    columns: table.map(({ name, type }) => ({ name, type })),
    features: names,
    steps,
  };
  const matrix = replay(preparation, data);
  return { preparation, matrix, keptRows, warnings };
}

/**
 * Rows of a prediction, cells in the order of `preparation.columns`, made ready.
 * @returns `rows.length x features`
 * @throws EngineError `preparation.wrong_length`, `preparation.wrong_type`, `preparation.not_finite`,
 * `preparation.missing_value`, each with the row
 */
export function prepareRows(preparation: FittedPreparation, rows: readonly (readonly Cell[])[]): Matrix {
  return replay(preparation, encodeRows(preparation.columns, rows));
}

/**
 * The same for records by column name; other fields are passed over.
 * @throws EngineError as {@link prepareRows}, and `preparation.missing_field`
 */
export function prepareRecords(
  preparation: FittedPreparation,
  records: readonly Readonly<Record<string, unknown>>[],
): Matrix {
  return replay(preparation, encodeRecords(preparation.columns, records));
}

/**
 * The same for raw features as they come from a table of numbers.
 * @param data OUT, `rows x columns` in the order of `preparation.columns`, NaN where a value is missing; becomes the matrix
 * @throws EngineError `preparation.not_finite`, `preparation.missing_value`, each with the row
 */
export function prepareFeatures(preparation: FittedPreparation, data: Float64Array): Matrix {
  return replay(preparation, data);
}

/**
 * Centres from the prepared space back to the units of the data.
 * @param centers `k x features`
 * @returns `k x features`, a new array
 */
export function invertPreparation(preparation: FittedPreparation, centers: Matrix): Matrix {
  const data = Float64Array.from(centers.data);
  for (const step of preparation.steps.toReversed()) {
    if (step.kind === 'scale') invertScale(step, data);
    else if (step.kind === 'weigh') invertWeigh(step, data);
  }
  return { data, rows: centers.rows, columns: centers.columns };
}

/** A preparation that changes nothing and refuses missing values, for centres brought from elsewhere. */
export function identityPreparation(columns: readonly string[]): FittedPreparation {
  return {
    version: 1,
    columns: columns.map((name) => ({ name, type: 'number' })),
    features: [...columns],
    steps: [{ kind: 'impute', rule: 'error', fill: null }],
  };
}

/** @param data OUT, raw features, row-major; becomes the matrix */
function replay(preparation: FittedPreparation, data: Float64Array): Matrix {
  const { features } = preparation;
  for (const step of preparation.steps) {
    if (step.kind === 'impute') applyImpute(step, data, features);
    else if (step.kind === 'scale') applyScale(step, data);
    else applyWeigh(step, data);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const row = Math.floor(bad / features.length);
    const column = features[bad % features.length];
    throw new EngineError('preparation.not_finite', `Row ${row}: "${column}" is too large to be scaled.`, {
      row,
      column,
    });
  }
  return { data, rows: data.length / features.length, columns: features.length };
}

/** Checks the table's shape and values, and settles which of its rows stay. */
function rowsToKeep(table: readonly TableColumn[], missing: PreparationOptions['missing']): Int32Array {
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
        throw new EngineError('preparation.not_finite', `Row ${i}: "${name}" is not finite.`, { row: i, column: name });
      }
      incomplete[i] = 1;
      if (missing === 'error') refuseMissing(table);
    }
  }
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
    `Values are missing in ${listed.join(', ')}${gaps.length > 5 ? ' and other columns' : ''}, first in row ${row}.`,
    { columns: gaps.map(({ name }) => name), row },
  );
}

function interleave(columns: readonly Float64Array[]): Float64Array {
  const rows = columns[0].length;
  const data = new Float64Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) data[i * columns.length + j] = column[i]!;
  });
  return data;
}

function columnOf(data: Float64Array, width: number, j: number): Float64Array {
  const column = new Float64Array(data.length / width);
  for (let i = 0; i < column.length; i++) column[i] = data[i * width + j]!;
  return column;
}
