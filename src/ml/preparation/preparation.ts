import { EngineError } from '../errors.js';
import type { Matrix } from '../types.js';
import { applyOneHot, featureNames, featureSources, fitCategories, oneHotStep } from './categories.js';
import { type EncodedRows, encodeRecords, encodeRows } from './encode.js';
import { applyImpute, fitImpute } from './impute.js';
import { applyLog, invertLog } from './logarithm.js';
import { applyScale, fitScale, invertScale } from './scale.js';
import { rowsToKeep } from './table.js';
import type {
  Cell,
  FittedPreparation,
  InputColumn,
  PreparationOptions,
  PreparationStep,
  PreparationWarning,
  PreparedData,
  PreparedRows,
  TableColumn,
} from './types.js';
import { applyWeigh, fitWeigh, invertWeigh } from './weigh.js';

/** Below so much of the rows a category is rare, unless other is said. */
export const RARE_SHARE = 0.01;

/**
 * Learns the preparation of a table (missing values, categories, logarithms, scaling, column weights) and applies it.
 * What comes back is plain JSON that {@link prepareRows} and {@link prepareRecords} replay: a row of the table, given to
 * them, becomes the same bits as its row in `matrix`.
 *
 * @throws EngineError `preparation.bad_table`, `preparation.bad_option`, `preparation.unknown_column`,
 * `preparation.not_finite` (infinite values, with row and column), `preparation.no_logarithm` (with row and column),
 * `dataset.missing_values` (under `error`), `dataset.no_rows_left` (under `drop`), `dataset.empty_column` (nothing to
 * impute from), `dataset.too_many_categories`, `dataset.too_wide`, `dataset.constant` (no column varies)
 */
export function fitPreparation(table: readonly TableColumn[], options: PreparationOptions = {}): PreparedData {
  const { missing = 'error', scaling = 'standard', columnWeights = {}, logColumns = [] } = options;
  const { rareShare = RARE_SHARE } = options;
  const keptRows = rowsToKeep(table, { missing, logColumns });
  const warnings: PreparationWarning[] = [];
  const columns: InputColumn[] = [];
  const values = table.map((column) => {
    if (column.type === 'category') {
      const fitted = fitCategories(column, keptRows, rareShare);
      columns.push(fitted.input);
      warnings.push(...fitted.warnings);
      return fitted.codes;
    }
    const { name, type } = column;
    columns.push(type === 'date' ? { name, type, order: column.order } : { name, type });
    return Float64Array.from(keptRows, (row) => column.values[row]);
  });
  const features = featureNames(columns);
  const sources = featureSources(columns);
  const names = sources.map((column) => columns[column].name);

  const steps: PreparationStep[] = [fitImpute(values, columns, missing)];
  const oneHot = oneHotStep(columns);
  if (oneHot) steps.push(oneHot);
  let data = runSteps(steps, interleave(values), columns, names);
  if (logColumns.length > 0) {
    if (missing === 'zero') {
      throw new EngineError('preparation.bad_option', 'Missing values cannot become 0 where logarithms are taken.');
    }
    steps.push({ kind: 'log', features: names.map((name) => logColumns.includes(name)) });
    data = runSteps(steps.slice(-1), data, columns, names);
  }
  const filled = features.map((_, j) => columnOf(data, features.length, j));
  const constant = constantColumns(filled, sources, columns);
  if (constant.length === columns.length) {
    throw new EngineError('dataset.constant', 'Every column is constant: there is nothing to cluster by.', {
      columns: constant,
    });
  }
  for (const name of constant) {
    warnings.push({ code: 'dataset.constant_column', message: `Column "${name}" is constant.` });
  }
  if (keptRows.length < table[0].values.length) {
    const dropped = table[0].values.length - keptRows.length;
    warnings.push({ code: 'dataset.rows_dropped', message: `${dropped} rows with missing values were left out.` });
  }

  const scaled = steps.length;
  if (scaling !== 'none') {
    const { step, flat } = fitScale(filled, scaling, (j) => columns[sources[j]].type === 'category');
    for (const j of flat.filter((j) => !constant.includes(names[j]))) {
      const message = `Column "${names[j]}" has no spread that "${scaling}" could scale by; its scale is 1.`;
      warnings.push({ code: 'dataset.no_spread', message });
    }
    steps.push(step);
  }
  if (Object.keys(columnWeights).length > 0) steps.push(fitWeigh(names, columnWeights));
  data = runSteps(steps.slice(scaled), data, columns, names);
  const preparation: FittedPreparation = { version: 1, columns, features, steps };
  return { preparation, matrix: checked(data, names), keptRows, warnings };
}

/**
 * Rows of a prediction, cells in the order of `preparation.columns`, made ready.
 * @returns `rows.length x features`
 * @throws EngineError `preparation.wrong_length`, `preparation.wrong_type`, `preparation.not_finite`,
 * `preparation.no_logarithm`, `preparation.missing_value`, each with the row
 */
export function prepareRows(preparation: FittedPreparation, rows: readonly (readonly Cell[])[]): PreparedRows {
  return prepareEncoded(preparation, encodeRows(preparation.columns, rows));
}

/**
 * The same for records by column name; other fields are passed over.
 * @throws EngineError as {@link prepareRows}, and `preparation.missing_field`
 */
export function prepareRecords(
  preparation: FittedPreparation,
  records: readonly Readonly<Record<string, unknown>>[],
): PreparedRows {
  return prepareEncoded(preparation, encodeRecords(preparation.columns, records));
}

/**
 * The same for cells that are numbers already.
 * @param encoded its data may become the matrix
 */
export function prepareEncoded(preparation: FittedPreparation, { data, unknown }: EncodedRows): PreparedRows {
  const { columns, steps } = preparation;
  const names = columnsOfFeatures(preparation);
  return { ...checked(runSteps(steps, data, columns, names), names), unknown };
}

/** For each feature, the name of the column that it comes from. */
export function columnsOfFeatures({ columns }: FittedPreparation): string[] {
  return featureSources(columns).map((column) => columns[column].name);
}

/**
 * Centres from the prepared space back to the units of the data: dates as milliseconds since 1970, a category as the
 * share of the rows that have it, and under the logarithm the geometric mean.
 * @param centers `k x features`
 * @returns `k x features`, a new array
 */
export function invertPreparation(preparation: FittedPreparation, centers: Matrix): Matrix {
  const data = Float64Array.from(centers.data);
  for (const step of preparation.steps.toReversed()) {
    if (step.kind === 'scale') invertScale(step, data);
    else if (step.kind === 'weigh') invertWeigh(step, data);
    else if (step.kind === 'log') invertLog(step, data);
  }
  return { data, rows: centers.rows, columns: centers.columns };
}

/**
 * Centres in the units of the data, such as an earlier training found, into the space of this preparation. Features go
 * by their names; a category that the earlier training did not know is in none of its rows.
 * @param centers `k x from.features`
 * @throws EngineError `preparation.unknown_column` for a column that `from` lacks, `preparation.no_logarithm`
 */
export function prepareCenters(preparation: FittedPreparation, from: FittedPreparation, centers: Matrix): Matrix {
  const { columns, features, steps } = preparation;
  const names = columnsOfFeatures(preparation);
  const known = new Set(from.columns.map(({ name }) => name));
  const strange = columns.find(({ name }) => !known.has(name));
  if (strange) {
    throw new EngineError('preparation.unknown_column', `The centres have no column "${strange.name}".`, {
      column: strange.name,
    });
  }
  const positions = features.map((feature) => from.features.indexOf(feature));
  const data = new Float64Array(centers.rows * features.length);
  for (let i = 0, at = 0; i < centers.rows; i++) {
    for (const position of positions) data[at++] = position < 0 ? 0 : centers.data[i * centers.columns + position];
  }
  const later = steps.filter(({ kind }) => kind !== 'impute' && kind !== 'one-hot');
  return checked(runSteps(later, data, columns, names), names);
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

/**
 * @param data OUT, row-major
 * @param names for each feature the name of its column
 * @returns what it became, in its own memory or elsewhere
 */
function runSteps(
  steps: readonly PreparationStep[],
  data: Float64Array,
  columns: readonly InputColumn[],
  names: readonly string[],
): Float64Array {
  for (const step of steps) {
    if (step.kind === 'impute') applyImpute(step, data, columns);
    else if (step.kind === 'one-hot') data = applyOneHot(step, data);
    else if (step.kind === 'log') applyLog(step, data, names);
    else if (step.kind === 'scale') applyScale(step, data);
    else applyWeigh(step, data);
  }
  return data;
}

function checked(data: Float64Array, names: readonly string[]): Matrix {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const row = Math.floor(bad / names.length);
    const column = names[bad % names.length];
    throw new EngineError('preparation.not_finite', `Row ${row + 1}: "${column}" is too large to be scaled.`, {
      row,
      column,
    });
  }
  return { data, rows: data.length / names.length, columns: names.length };
}

/** Names of the columns of which no feature varies. */
function constantColumns(
  features: readonly Float64Array[],
  sources: readonly number[],
  columns: readonly InputColumn[],
): string[] {
  const varying = new Set(sources.filter((_, j) => features[j].some((value) => value !== features[j][0])));
  return columns.filter((_, j) => !varying.has(j)).map(({ name }) => name);
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
