import type { Algorithm } from '../../types.js';
import { boundsBytes, GROUPED_CLUSTERS, type BoundsKind } from './bounds.js';
import { sketchBytes } from './sketch.js';
import type { Table } from './table.js';

/** How rows are assigned one by one. */
export interface RowMethod {
  readonly algorithm: Algorithm;
  readonly bounds: 'none' | BoundsKind;
  /** Whether sketches are tried first. */
  readonly sketches: boolean;
  /** The iteration from which on there are bounds. */
  readonly from: number;
}

/** Columns from which a distance costs so much that a bound for every centre pays. */
const MATRIX_COLUMNS = 128;

/** Columns and clusters from which a bound for every group of centres pays. */
const GROUP_COLUMNS = 32;
const LEAST_GROUPED = 40;

/** What a method with sketches turns out to be where the rows have them. */
export const SKETCHED: Algorithm = {
  name: 'sketch',
  why: 'The rows lie near so few directions that their coordinates along these tell most centres apart.',
};

/** Clusters from which a bound for every centre takes less time than meeting the sketches of all of them. */
const LEAST_SKETCHED = 24;

/** What bounds go with sketches. */
export function sketchedBounds({ rows, columns, arena }: Table, k: number): BoundsKind {
  return k >= LEAST_SKETCHED && boundsBytes(rows, columns, k, 'matrix') < 0.9 * arena.room ? 'matrix' : 'nearest';
}

/** The method that fits a table, by measurement (docs/engine.md). */
export function methodFor(rows: number, columns: number, k: number, room: number): RowMethod {
  if (k === 1) return dense('There is one cluster.');
  const matrix = columns >= MATRIX_COLUMNS;
  // A tenth is left for what else a training needs.
  const most = Math.max(
    boundsBytes(rows, columns, k, 'matrix'),
    boundsBytes(rows, columns, k, 'nearest') + sketchBytes(rows, columns, k),
  );
  if (matrix && most < 0.9 * room) {
    const why = `With ${columns} columns a distance costs more than a bound for every row and centre.`;
    return { algorithm: { name: 'elkan', why }, bounds: 'matrix', sketches: true, from: 2 };
  }
  const grouped = columns >= GROUP_COLUMNS && k >= LEAST_GROUPED && k <= GROUPED_CLUSTERS;
  if (grouped && boundsBytes(rows, columns, k, 'groups') < 0.9 * room) {
    const why = `With ${k} clusters most groups of 8 are out of a row's reach, which a bound for each group shows.`;
    return { algorithm: { name: 'yinyang', why }, bounds: 'groups', sketches: false, from: 4 };
  }
  if (boundsBytes(rows, columns, k, 'nearest') < 0.9 * room) {
    const why = matrix
      ? 'Bounds for every row and centre do not fit into the memory; one a row does.'
      : `With ${columns} columns one bound a row costs less than the distances that it saves.`;
    return { algorithm: { name: 'hamerly', why }, bounds: 'nearest', sketches: false, from: 5 };
  }
  return dense('There is no room for bounds.');
}

function dense(why: string): RowMethod {
  return { algorithm: { name: 'lloyd', why }, bounds: 'none', sketches: false, from: Infinity };
}
