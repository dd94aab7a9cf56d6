import { randomInt } from 'node:crypto';
import { TRAINABLE } from '../datasets/dataset-types.js';
import { RARE_SHARE } from '../ml/preparation/preparation.js';
import type { CreateRunDto } from './dto/create-run.dto.js';
import type { RunParams } from './run.types.js';
import { ImpossibleRunError } from './training.errors.js';

/** Restarts are cheap up to so many rows. */
const MANY_RESTARTS_ROWS = 10_000;
const SEEDS = 2 ** 32;
/** Numbers of clusters that one run tries. */
const MAX_SWEEP = 100;

/** What the profile of a column must say for a run to be planned. */
export interface PlannedColumn {
  name: string;
  type: string;
  distinct?: number;
  min?: number | string;
  max?: number | string;
}

/** What must be known of centers to begin from. */
export interface PlannedParent {
  k: number;
  /** As they were trained on. */
  columns: readonly { name: string; type: string }[];
}

/** What the profile of a data set must say. */
export interface PlannedDataset {
  rowCount: number;
  columns: readonly PlannedColumn[];
}

/**
 * Fills in every default and refuses at once what the profile already tells cannot be.
 *
 * @param parent the centers to begin from, where the request names some
 * @throws ImpossibleRunError naming the field and what is wrong with it
 */
export function planRun(request: CreateRunDto, dataset: PlannedDataset, parent?: PlannedParent): RunParams {
  const byName = new Map(dataset.columns.map((column) => [column.name, column]));
  const idColumn = known(byName, 'idColumn', request.idColumn)?.name;
  const weightColumn = numeric(known(byName, 'weightColumn', request.weightColumn), 'weightColumn')?.name;
  requireWeights(byName.get(weightColumn ?? ''));
  if (idColumn !== undefined && idColumn === weightColumn) {
    throw new ImpossibleRunError('run.column_conflict', 'weightColumn', `"${idColumn}" is also the id column.`);
  }
  if (parent) requireParent(request, parent, byName);
  const columns = trainedColumns(request.columns ?? parent?.columns.map(({ name }) => name), byName, [
    ['idColumn', idColumn],
    ['weightColumn', weightColumn],
  ]);
  if (columns.every(isConstant)) {
    const which =
      columns.length === 1 ? `"${columns[0].name}" is` : `All of ${list(columns.map(({ name }) => name))} are`;
    throw new ImpossibleRunError('dataset.constant', 'columns', `${which} constant: there is nothing to cluster by.`);
  }
  requireClusters(request, dataset.rowCount);
  for (const name of Object.keys(request.columnWeights ?? {})) {
    if (!columns.some((column) => column.name === name)) {
      const detail = byName.has(name) ? `"${name}" is not among the columns trained on.` : unknown(name, byName);
      throw new ImpossibleRunError('dataset.unknown_column', `columnWeights.${name}`, detail);
    }
  }
  requireLogarithms(request, columns, byName);
  const init = request.init ?? 'k-means++';
  if (request.keepIds === true && typeof init === 'string') {
    throw new ImpossibleRunError(
      'run.no_ids_to_keep',
      'keepIds',
      'Only a run that begins from centers can keep the numbers of their clusters: give init.centersId.',
    );
  }
  const restarts = dataset.rowCount <= MANY_RESTARTS_ROWS ? 10 : 1;
  return {
    datasetId: request.datasetId,
    columns: columns.map(({ name }) => name),
    ...(idColumn !== undefined && { idColumn }),
    k: request.k,
    init,
    nInit: typeof init === 'object' ? 1 : (request.nInit ?? restarts),
    maxIterations: request.maxIterations ?? 300,
    tolerance: request.tolerance ?? 1e-4,
    seed: request.seed ?? randomInt(SEEDS),
    metric: request.metric ?? 'euclidean',
    scaling: request.scaling ?? 'standard',
    missing: request.missing ?? 'error',
    ...(weightColumn !== undefined && { weightColumn }),
    ...(request.columnWeights && { columnWeights: request.columnWeights }),
    ...(request.logColumns && { logColumns: request.logColumns }),
    ...(columns.some(({ type }) => type === 'category') && { rareShare: request.rareShare ?? RARE_SHARE }),
    ...(typeof init === 'object' && { keepIds: request.keepIds ?? true }),
  };
}

function requireLogarithms(
  { logColumns = [], missing }: CreateRunDto,
  trained: readonly PlannedColumn[],
  byName: Map<string, PlannedColumn>,
): void {
  logColumns.forEach((name, i) => {
    const path = `logColumns.${i}`;
    const column = numeric(known(byName, path, name), path)!;
    if (!trained.includes(column)) {
      throw new ImpossibleRunError('dataset.unknown_column', path, `"${name}" is not among the columns trained on.`);
    }
    if (typeof column.min === 'number' && column.min <= 0) {
      const detail = `"${name}" has values down to ${column.min}; only numbers above 0 have a logarithm.`;
      throw new ImpossibleRunError('run.no_logarithm', path, detail);
    }
  });
  if (logColumns.length > 0 && missing === 'zero') {
    throw new ImpossibleRunError('run.no_logarithm', 'missing', 'Missing values cannot become 0: 0 has no logarithm.');
  }
}

/** Centers to begin from must have the columns and the number of clusters of the run. */
function requireParent(
  { k, nInit, columns }: CreateRunDto,
  parent: PlannedParent,
  byName: Map<string, PlannedColumn>,
): void {
  const refuse = (path: string, detail: string): never => {
    throw new ImpossibleRunError('run.init_mismatch', path, detail);
  };
  if (nInit !== undefined && nInit > 1) {
    refuse('nInit', `Given centers are begun from once, for they lead to one answer; nInit is ${nInit}.`);
  }
  if (typeof k === 'number' && k !== parent.k) {
    refuse('k', `The centers to begin from have ${parent.k} clusters; k is ${k}.`);
  }
  for (const { name, type } of parent.columns) {
    const column = byName.get(name);
    if (!column)
      refuse('init.centersId', `The centers to begin from need a column "${name}". ${unknown(name, byName)}`);
    else if (column.type !== type) {
      refuse(
        'init.centersId',
        `The centers to begin from take "${name}" for ${type} values; here it holds ${column.type} values.`,
      );
    }
    if (columns && !columns.includes(name)) {
      refuse('columns', `The centers to begin from have a column "${name}" that the run does not train on.`);
    }
  }
  const other = columns?.find((name) => !parent.columns.some((column) => column.name === name));
  if (other !== undefined) {
    refuse('columns', `The run trains on a column "${other}" that the centers to begin from do not have.`);
  }
}

function requireClusters({ k, init }: CreateRunDto, rowCount: number): void {
  const { min, max } = typeof k === 'number' ? { min: k, max: k } : k;
  if (min > max) throw new ImpossibleRunError('run.empty_range', 'k', `k.min, ${min}, is above k.max, ${max}.`);
  if (max - min >= MAX_SWEEP) {
    const detail = `One run tries at most ${MAX_SWEEP} numbers of clusters; from ${min} to ${max} are ${max - min + 1}.`;
    throw new ImpossibleRunError('run.range_too_wide', 'k', detail);
  }
  // A range whose upper end is out of reach is swept as far as the rows allow.
  if (min > rowCount) {
    const detail = `${min} clusters need at least as many rows; the data set has ${rowCount}.`;
    throw new ImpossibleRunError('kmeans.k_above_rows', 'k', detail);
  }
  if (typeof k !== 'number' && typeof init === 'object') {
    throw new ImpossibleRunError(
      'run.init_mismatch',
      'init',
      'Given centers have one number of clusters, not a range.',
    );
  }
}

type Named = [field: string, name: string | undefined];

function trainedColumns(
  asked: readonly string[] | undefined,
  byName: Map<string, PlannedColumn>,
  reserved: Named[],
): PlannedColumn[] {
  if (asked === undefined) {
    const free = [...byName.values()].filter(
      ({ name, type }) => type === 'number' && !reserved.some(([, taken]) => taken === name),
    );
    if (free.length > 0) return free;
    throw new ImpossibleRunError(
      'run.no_numeric_columns',
      'columns',
      'The data set has no numeric column to train on.',
    );
  }
  return asked.map((name, i) => {
    const path = `columns.${i}`;
    const column = trainable(known(byName, path, name)!, path);
    const taken = reserved.find(([, reservedName]) => reservedName === name);
    if (taken) throw new ImpossibleRunError('run.column_conflict', path, `"${name}" is also the ${taken[0]}.`);
    return column;
  });
}

function known(byName: Map<string, PlannedColumn>, path: string, name: string | undefined): PlannedColumn | undefined {
  if (name === undefined) return undefined;
  const column = byName.get(name);
  if (!column) throw new ImpossibleRunError('dataset.unknown_column', path, unknown(name, byName));
  return column;
}

function trainable(column: PlannedColumn, path: string): PlannedColumn {
  if (TRAINABLE.includes(column.type)) return column;
  throw new ImpossibleRunError(
    'run.not_numeric',
    path,
    `"${column.name}" holds ${column.type} values; only numbers, dates and categories can be trained on.`,
  );
}

function numeric(column: PlannedColumn | undefined, path: string): PlannedColumn | undefined {
  if (!column || column.type === 'number') return column;
  throw new ImpossibleRunError(
    'run.not_numeric',
    path,
    `"${column.name}" holds ${column.type} values; only numeric columns can be used here.`,
  );
}

function requireWeights(column: PlannedColumn | undefined): void {
  if (!column) return;
  const { name, min, max } = column;
  if (typeof min === 'number' && min < 0) {
    throw new ImpossibleRunError(
      'run.bad_weights',
      'weightColumn',
      `"${name}" has negative values; a weight has none.`,
    );
  }
  if (max === 0) {
    throw new ImpossibleRunError('run.bad_weights', 'weightColumn', `"${name}" is 0 throughout: no row would count.`);
  }
}

/** Whether the profile shows the same value in every row that has one; a column without any is for the run to judge. */
function isConstant({ type, distinct, min, max }: PlannedColumn): boolean {
  return (min !== undefined && min === max) || (type === 'category' && distinct === 1);
}

function unknown(name: string, byName: Map<string, PlannedColumn>): string {
  return `There is no column "${name}"; there are ${list([...byName.keys()])}.`;
}

function list(names: string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  return shown.join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
}
