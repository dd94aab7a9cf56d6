import type { BlockBuilder } from '../blocks/block-builder.js';
import type { ColumnProfile } from '../dataset-types.js';
import type { DateOrder } from '../../ml/preparation/dates.js';
import { ColumnProfiler, isFound } from './column-profiler.js';
import { CorrelationSample } from './correlation-sample.js';

/** Values kept for exact figures in all columns together, and in one. */
const KEPT_IN_ALL = 2 ** 20;
const KEPT_IN_ONE = 2 ** 16;

const STRONG = 0.95;
const SKEWED = 5;
const MAX_PAIRS = 10;

/** Makes the profile of a table in one pass over its blocks. */
export class TableProfiler {
  private readonly columns: ColumnProfiler[];
  private readonly sample: CorrelationSample;

  /**
   * @param names of the columns
   * @param named whether the file named each
   * @param dateOrder of dates such as 3/4/2024, where the sender says it
   */
  constructor(names: readonly string[], named: readonly boolean[], dateOrder?: DateOrder) {
    const share = 2 ** Math.floor(Math.log2(KEPT_IN_ALL / names.length));
    const limit = Math.max(256, Math.min(KEPT_IN_ONE, share));
    this.columns = names.map((name, i) => new ColumnProfiler(name, named[i], limit, dateOrder));
    this.sample = new CorrelationSample(names.length);
  }

  add(block: BlockBuilder): void {
    this.columns.forEach((column, i) => {
      column.add(block, i);
    });
    this.sample.add(block);
  }

  /** Whether a column holds words, so far. */
  hasWords(column: number): boolean {
    return this.columns[column].hasWords;
  }

  finish(): { columns: ColumnProfile[]; warnings: string[] } {
    const columns = this.columns.map((column) => column.finish());
    const warnings = columns.flatMap((column, i) => this.warningsOf(column, this.columns[i]));
    return { columns, warnings: [...warnings, ...this.correlations(columns)] };
  }

  private warningsOf(column: ColumnProfile, { dates }: ColumnProfiler): string[] {
    const { name, type, distinct, missing, skewness } = column;
    const warnings: string[] = [];
    if (distinct === 0) warnings.push(`Column "${name}" holds no value at all.`);
    if (distinct === 1) {
      warnings.push(`Column "${name}" is constant${missing ? ' where it has a value' : ''}: it tells no rows apart.`);
    }
    if (type === 'text' && distinct > 1) warnings.push(`Column "${name}" is nearly unique or long text.`);
    if (type === 'number' && skewness !== undefined && Math.abs(skewness) > SKEWED) {
      warnings.push(
        `Column "${name}" is extremely skewed (skewness ${skewness.toFixed(1)}): a few values will dominate distances.`,
      );
    }
    if (isFound(dates) && dates.firstImpossible) {
      const { text, row } = dates.firstImpossible;
      warnings.push(
        `Column "${name}" has ${dates.impossible} dates that do not exist, the first in row ${row}: ${JSON.stringify(text)}.`,
      );
    }
    if (dates === 'either' || dates === 'both') {
      const what = dates === 'either' ? 'may be day-first or month-first' : 'are day-first and month-first';
      warnings.push(`Column "${name}" holds dates that ${what}. Say which with "dateOrder", or write 2024-12-31.`);
    }
    return warnings;
  }

  private correlations(columns: ColumnProfile[]): string[] {
    const numbers = columns.flatMap(({ type }, i) => (type === 'number' ? [i] : []));
    const pairs = this.sample.pairs(numbers, STRONG);
    const shown = pairs.slice(0, MAX_PAIRS).map(({ a, b, r }) => {
      return `Columns "${columns[a].name}" and "${columns[b].name}" say nearly the same (correlation ${r.toFixed(3)}): what they share counts twice.`;
    });
    const more = pairs.length - shown.length;
    return more > 0 ? [...shown, `So do ${more} more pairs of columns.`] : shown;
  }
}
