import type { Centers, Transition, Transitions } from '../centers/centers.entity.js';
import type { RunTable } from '../datasets/preparing/prepare-table.js';
import { EngineError, type EngineErrorCode } from '../ml/errors.js';
import type { KMeansService } from '../ml/kmeans.service.js';
import { Encoder } from '../ml/preparation/encode.js';
import { prepareEncoded } from '../ml/preparation/preparation.js';
import type { Cell } from '../ml/preparation/types.js';
import type { Matrix } from '../ml/types.js';

/** Values that are prepared at a time, on the thread that asks: a millisecond or two. */
const VALUES = 2 ** 18;
/** Entries of a table that is kept; beyond, those of the fewest rows are left out. */
const MAX_ENTRIES = 10_000;
/** What a single row may have that its centers cannot place. */
const OF_A_ROW: readonly EngineErrorCode[] = [
  'preparation.not_finite',
  'preparation.missing_value',
  'preparation.wrong_type',
  'preparation.no_logarithm',
  'kmeans.not_finite',
  'kmeans.zero_row',
  'kmeans.out_of_range',
];
/** A row that its centers cannot place. */
const NOWHERE = -1;

/**
 * The clusters that rows have by earlier centers, exactly as a prediction would tell them.
 *
 * @param table raw; read, not written to; has all columns of the centers
 * @returns one a row; -1 where the centers cannot place a row, such as for a missing value
 */
export async function placeBy(
  centers: Pick<Centers, 'columns' | 'preparation' | 'trained' | 'k' | 'metric'>,
  table: Pick<RunTable, 'data' | 'rows' | 'columns'>,
  kmeans: KMeansService,
  signal: AbortSignal,
): Promise<Int32Array> {
  const { preparation, metric } = centers;
  const model: Matrix = { data: centers.trained, rows: centers.k, columns: preparation.features.length };
  const width = table.columns.length;
  const sources = centers.columns.map((name) => table.columns.findIndex((column) => column.name === name));
  const cellOf = (row: number, source: number): Cell => {
    const value = table.data[row * width + source];
    const column = table.columns[source];
    if (Number.isNaN(value)) return null;
    return column.type === 'category' ? column.dictionary[value] : value;
  };
  const labels = new Int32Array(table.rows).fill(NOWHERE);
  const refusesMissing = preparation.steps.some((step) => step.kind === 'impute' && step.fill === null);

  const place = async (rows: Int32Array): Promise<void> => {
    signal.throwIfAborted();
    if (rows.length === 0) return;
    try {
      const encoder = new Encoder(preparation.columns, rows.length);
      rows.forEach((row, i) => {
        sources.forEach((source, j) => {
          encoder.take(i, j, cellOf(row, source));
        });
      });
      const prepared = prepareEncoded(preparation, encoder);
      const near = await kmeans.predict(prepared, model, { metric, detail: 'labels', signal });
      rows.forEach((row, i) => (labels[row] = near.labels[i]));
    } catch (error) {
      if (!(error instanceof EngineError && OF_A_ROW.includes(error.code))) throw error;
      if (rows.length === 1) return;
      // One row cannot be placed: the others of its half can.
      const middle = rows.length >> 1;
      await place(rows.subarray(0, middle));
      await place(rows.subarray(middle));
    }
  };

  const step = Math.max(1, Math.floor(VALUES / sources.length));
  for (let from = 0; from < table.rows; from += step) {
    const rows = Int32Array.from({ length: Math.min(step, table.rows - from) }, (_, i) => from + i);
    const isWhole = (row: number): boolean =>
      sources.every((source) => !Number.isNaN(table.data[row * width + source]));
    await place(refusesMissing ? rows.filter(isWhole) : rows);
  }
  return labels;
}

/**
 * How rows moved between the clusters of two trainings.
 *
 * @param before cluster of every row of the data set by the earlier centers, -1 where they cannot place it
 * @param after cluster of each kept row
 * @param keptRows number of each kept row in the data set
 */
export function transitionsOf(before: Int32Array, after: Int32Array, keptRows: Int32Array): Transitions {
  const counts = new Map<number, Map<number, number>>();
  let stayed = 0;
  let moved = 0;
  after.forEach((to, i) => {
    const from = before[keptRows[i]];
    const row = counts.get(from) ?? new Map<number, number>();
    counts.set(from, row.set(to, (row.get(to) ?? 0) + 1));
    if (from === to) stayed++;
    else if (from !== NOWHERE) moved++;
  });
  const all = [...counts].flatMap(([from, row]) =>
    Array.from(row, ([to, rows]): Transition => ({ from: from === NOWHERE ? null : from, to, rows })),
  );
  const kept = all.sort((a, b) => b.rows - a.rows || order(a, b)).slice(0, MAX_ENTRIES);
  const listed = kept.reduce((sum, { rows }) => sum + rows, 0);
  return {
    stayed,
    moved,
    unplaced: after.length - stayed - moved,
    table: kept.sort(order),
    unlisted: after.length - listed,
  };
}

function order(a: Transition, b: Transition): number {
  return (a.from ?? Infinity) - (b.from ?? Infinity) || a.to - b.to;
}
