import { EngineError } from '../errors.js';
import type { CategoryColumn, CategoryInput, InputColumn, OneHotStep, PreparationWarning } from './types.js';

/** Features of their own that the categories of one column get at most; the less frequent ones share one. */
const MAX_OWN = 50;
/** Categories that one column may have. */
export const MAX_CATEGORIES = 10_000;
/** Features that a table may come to. */
const MAX_FEATURES = 16_384;
const MAX_LABEL = 100;

/** What is never a category, because it is none. */
export const UNKNOWN = -1;

/** The categories of a column, learnt from the rows trained on. */
export interface FittedCategories {
  input: CategoryInput;
  /** One a row trained on: as {@link CategoryInput} says, NaN where missing. */
  codes: Float64Array;
  warnings: PreparationWarning[];
}

/**
 * Learns which categories of a column get a feature of their own. A single rare one gets it too: it would be alone.
 *
 * @throws EngineError `dataset.empty_column`, `dataset.too_many_categories`
 */
export function fitCategories(column: CategoryColumn, keptRows: Int32Array, rareShare: number): FittedCategories {
  const { name, dictionary, values } = column;
  const counts = new Float64Array(dictionary.length);
  for (const row of keptRows) if (!Number.isNaN(values[row])) counts[values[row]]++;
  // By code units, which are the same wherever the service runs.
  const seen = [...counts.keys()].filter((code) => counts[code] > 0);
  if (seen.length === 0) {
    throw new EngineError('dataset.empty_column', `Column "${name}" has no values to train on.`, { column: name });
  }
  if (seen.length > MAX_CATEGORIES) {
    throw new EngineError(
      'dataset.too_many_categories',
      `Column "${name}" has ${seen.length} categories; ${MAX_CATEGORIES} at most can be told apart.`,
      { column: name },
    );
  }
  seen.sort((a, b) => (dictionary[a] < dictionary[b] ? -1 : 1));
  const least = rareShare * keptRows.length;
  const frequent = seen.toSorted((a, b) => counts[b] - counts[a]);
  const apart = frequent.filter((code, rank) => counts[code] >= least && rank < MAX_OWN);
  const own = new Set(frequent.length - apart.length === 1 ? frequent : apart);
  const ownSorted = seen.filter((code) => own.has(code));
  const rare = seen.filter((code) => !own.has(code));
  const position = new Float64Array(dictionary.length).fill(NaN);
  ownSorted.forEach((code, i) => (position[code] = i));
  for (const code of rare) position[code] = ownSorted.length;
  const words = (codes: number[]): string[] => codes.map((code) => dictionary[code]);
  return {
    input: { name, type: 'category', categories: words(ownSorted), rare: words(rare) },
    codes: Float64Array.from(keptRows, (row) => (Number.isNaN(values[row]) ? NaN : position[values[row]])),
    warnings: rare.length === 0 ? [] : [rareWarning(name, rare.length, seen.length)],
  };
}

function rareWarning(name: string, rare: number, all: number): PreparationWarning {
  return {
    code: 'dataset.rare_categories',
    message: `Column "${name}": ${rare} of ${all} categories are rare and are taken together as "${rareLabel(name)}".`,
  };
}

function rareLabel(name: string): string {
  return `${name}=(rare)`;
}

/** How many features a column becomes; see {@link OneHotStep}. */
function widthOf(column: InputColumn): number {
  return column.type === 'category' ? column.categories.length + (column.rare.length > 0 ? 1 : 0) : 0;
}

/** The step that makes features of the columns; undefined where each is one. @throws EngineError `dataset.too_wide` */
export function oneHotStep(columns: readonly InputColumn[]): OneHotStep | undefined {
  const widths = columns.map(widthOf);
  if (columns.every(({ type }) => type !== 'category')) return undefined;
  const features = widths.reduce((sum, width) => sum + (width || 1), 0);
  if (features > MAX_FEATURES) {
    throw new EngineError(
      'dataset.too_wide',
      `With a feature for each category there are ${features}; ${MAX_FEATURES} at most.`,
    );
  }
  return { kind: 'one-hot', widths };
}

/** Names of the features, each once: the column's, or `column=category`. */
export function featureNames(columns: readonly InputColumn[]): string[] {
  const taken = new Set<string>();
  return columns
    .flatMap((column) => {
      if (column.type !== 'category') return [column.name];
      const labels = column.categories.map((category) => `${column.name}=${shorten(category)}`);
      return column.rare.length > 0 ? [...labels, rareLabel(column.name)] : labels;
    })
    .map((name) => {
      let free = name;
      for (let copy = 2; taken.has(free); copy++) free = `${name}_${copy}`;
      taken.add(free);
      return free;
    });
}

/** For each feature, which column it comes from. */
export function featureSources(columns: readonly InputColumn[]): number[] {
  return columns.flatMap((column, j) => new Array<number>(widthOf(column) || 1).fill(j));
}

/** @returns `rows x features` of `rows x columns` */
export function applyOneHot({ widths }: OneHotStep, data: Float64Array): Float64Array {
  const rows = data.length / widths.length;
  const features = widths.reduce((sum, width) => sum + (width || 1), 0);
  const spread = new Float64Array(rows * features);
  let first = 0;
  for (const [column, width] of widths.entries()) {
    for (let row = 0, from = column, to = first; row < rows; row++, from += widths.length, to += features) {
      const value = data[from];
      if (width === 0) spread[to] = value;
      else if (value !== UNKNOWN) spread[to + value] = 1;
    }
    first += width || 1;
  }
  return spread;
}

function shorten(text: string): string {
  return text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
