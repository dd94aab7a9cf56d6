import { type BlockBuilder, CellKind } from '../blocks/block-builder.js';
import type { ColumnProfile } from '../dataset-types.js';
import type { DateOrder } from '../../ml/preparation/dates.js';
import { decideType } from './column-type.js';
import { type DateFindings, DateStats, type FirstPlace } from './date-stats.js';
import { NumberStats } from './number-stats.js';
import { TextStats } from './text-stats.js';

/** Makes the profile of one column as its blocks come by. */
export class ColumnProfiler {
  /** What its dates are; `either` and `both` where that cannot be told; undefined where it holds other texts. */
  dates: ReturnType<DateStats['finish']> | undefined;
  /** Whether words are among the values, so that it cannot be a column of numbers. */
  hasWords = false;
  private rows = 0;
  private missing = 0;
  private codes = 0;
  private firstText: FirstPlace | undefined;
  private readonly numbers: NumberStats;
  private texts: TextStats | undefined;
  private readonly dateStats: DateStats;
  private onlyDates = true;

  /**
   * @param name of the column
   * @param named false where the file names its columns, but not this one
   * @param limit how many values are kept for exact figures, a power of two
   * @param dateOrder of dates such as 3/4/2024, where the sender says it
   */
  constructor(
    readonly name: string,
    private readonly named: boolean,
    private readonly limit: number,
    dateOrder?: DateOrder,
  ) {
    this.numbers = new NumberStats(limit);
    this.dateStats = new DateStats(limit, dateOrder);
  }

  add(block: BlockBuilder, column: number): void {
    const before = this.numbers.count;
    this.numbers.add(block.column(column));
    const texts = this.addTexts(block, column);
    this.missing += block.rows - (this.numbers.count - before) - texts;
    this.rows += block.rows;
  }

  finish(): ColumnProfile {
    const { name, rows, missing, numbers, texts } = this;
    const distinct = numbers.distinct + (texts?.distinct ?? 0);
    this.dates = texts && this.onlyDates && numbers.count === 0 ? this.dateStats.finish() : undefined;
    const { type, why } = decideType({
      name,
      named: this.named,
      rows,
      missing,
      distinct,
      numbers: numbers.count,
      whole: numbers.whole,
      counting: numbers.counting && (numbers.min === 0 || numbers.min === 1),
      codes: numbers.whole ? this.codes : 0,
      texts: texts?.count ?? 0,
      dates: this.dates,
      spaced: texts?.spaced ?? false,
      meanLength: texts ? texts.totalLength / texts.count : 0,
      firstText: this.firstText,
    });
    const common = { name, type, why, missing, distinct, estimated: numbers.estimated || texts?.exact === false };
    if (type === 'date' && isFound(this.dates)) {
      return { ...common, dateOrder: this.dates.order, ...figures(this.dates.stats, isoDate) };
    }
    if (!texts) {
      return { ...common, ...(numbers.count ? figures(numbers, (value) => value) : { frequent: [] }) };
    }
    return { ...common, frequent: texts.frequent() };
  }

  private addTexts(block: BlockBuilder, column: number): number {
    const { rows, kinds, texts } = block.texts[column];
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      const text = texts[i];
      if (kinds[i] === CellKind.Number) {
        if (/^[+-]?0\d/.test(text)) this.codes++;
      } else if (kinds[i] !== CellKind.Missing) {
        count++;
        if (kinds[i] === CellKind.Text) this.hasWords = true;
        const row = this.rows + rows[i] + 1;
        this.firstText ??= { text, row };
        if (this.onlyDates) this.onlyDates = this.dateStats.add(text, row);
        this.texts ??= new TextStats(this.limit);
        this.texts.add(text);
      }
    }
    return count;
  }
}

export function isFound(dates: ReturnType<DateStats['finish']> | undefined): dates is DateFindings {
  return typeof dates === 'object';
}

function figures(
  stats: NumberStats,
  show: (value: number) => number | string,
): Omit<ColumnProfile, 'name' | 'type' | 'why' | 'missing' | 'distinct' | 'estimated'> {
  const { std, skewness } = stats;
  const { frequent, ...order } = stats.order();
  return {
    min: show(stats.min),
    max: show(stats.max),
    mean: stats.mean,
    ...(std === undefined ? {} : { std }),
    ...(skewness === undefined ? {} : { skewness }),
    ...order,
    frequent: frequent.map(({ value, count }) => ({ value: show(Number(value)), count })),
  };
}

function isoDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T00:00:00.000Z', '');
}
