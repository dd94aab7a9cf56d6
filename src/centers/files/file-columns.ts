import type { InputColumn } from '../../ml/preparation/types.js';
import type { TableStart } from '../../datasets/readers/table-writer.js';
import { InvalidRowsError } from '../centers.errors.js';

/** What a prediction adds to a row, in this order; `unknown` only where centers know categories. */
const ADDED = ['cluster', 'distance', 'runnerUp', 'margin', 'outlier'];

/** How the columns of a file serve a prediction. */
export interface FileColumns {
  /** Which column of the file is each column of the centers. */
  sources: number[];
  /** All columns of the answer: those of the file, then what is added. */
  names: string[];
}

/**
 * Finds the columns of the centers in a file, by name, in whatever order, among whatever others. A file that names none
 * must have just the columns of the centers, in their order.
 *
 * @param columns of the centers
 * @param distances how many columns of distances are added
 * @throws InvalidRowsError naming the columns that are missing, or there twice
 */
export function matchColumns(
  columns: readonly InputColumn[],
  { names, given }: TableStart,
  distances: number,
): FileColumns {
  const wanted = columns.map(({ name }) => name);
  const more = [
    ...ADDED,
    ...(columns.some(({ type }) => type === 'category') ? ['unknown'] : []),
    ...Array.from({ length: distances }, (_, cluster) => `distance${cluster}`),
  ];
  if (given === null) {
    if (names.length !== wanted.length) {
      throw new InvalidRowsError(
        'prediction.wrong_length',
        `The file names no columns, so it must have just the ${wanted.length} of the centers; it has ${names.length}.`,
      );
    }
    return { sources: wanted.map((_, j) => j), names: [...wanted, ...namedApart(wanted, more)] };
  }
  const sent = given.map((name) => name.trim());
  const twice = wanted.find((name) => sent.indexOf(name) !== sent.lastIndexOf(name));
  if (twice !== undefined) {
    throw new InvalidRowsError('prediction.duplicate_column', `The file has the column "${twice}" more than once.`);
  }
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const listed = missing.slice(0, 10).map((name) => `"${name}"`);
    throw new InvalidRowsError(
      'prediction.missing_column',
      `The file lacks ${listed.join(', ')}${missing.length > listed.length ? ' and more' : ''}.`,
      missing.slice(0, 20).map((name) => ({ path: name, message: 'is a column of the centers and not in the file.' })),
    );
  }
  return { sources: wanted.map((name) => names.indexOf(name)), names: [...names, ...namedApart(names, more)] };
}

/** Names for what is added, which no column of the file has already. */
function namedApart(names: readonly string[], more: readonly string[]): string[] {
  const taken = new Set(names);
  return more.map((name) => {
    let free = name;
    for (let copy = 2; taken.has(free); copy++) free = `${name}_${copy}`;
    return free;
  });
}
