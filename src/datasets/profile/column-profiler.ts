import { type BlockBuilder, CellKind } from '../blocks/block-builder.js';
import type { ColumnProfile } from '../dataset-types.js';
import { decideType } from './column-type.js';
import { parseDate } from './dates.js';
import { NumberStats } from './number-stats.js';
import { TextStats } from './text-stats.js';

/** A cell and its row, counted from 1. */
export interface FirstPlace {
  text: string;
  row: number;
}

/** Makes the profile of one column as its blocks come by. */
export class ColumnProfiler {
  /** Dates that do not exist. */
  impossibleDates = 0;
  firstImpossible: FirstPlace | undefined;
  /** Whether words are among the values, so that it cannot be a column of numbers. */
  hasWords = false;
  private rows = 0;
  private missing = 0;
  private codes = 0;
  private dateCount = 0;
  private firstText: FirstPlace | undefined;
  private readonly numbers: NumberStats;
  private texts: TextStats | undefined;
  private dates: NumberStats | undefined;

  /**
   * @param name of the column
   * @param named false where the file names its columns, but not this one
   * @param limit how many values are kept for exact figures, a power of two
   */
  constructor(
    readonly name: string,
    private readonly named: boolean,
    private readonly limit: number,
  ) {
    this.numbers = new NumberStats(limit);
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
      dates: this.dateCount,
      impossibleDates: this.impossibleDates,
      spaced: texts?.spaced ?? false,
      meanLength: texts ? texts.totalLength / texts.count : 0,
      firstText: this.firstText,
    });
    const common = { name, type, why, missing, distinct, estimated: numbers.estimated || texts?.exact === false };
    if (type === 'date' && this.dates) return { ...common, ...figures(this.dates, isoDate) };
    if (!texts) {
      return { ...common, ...(numbers.count ? figures(numbers, (value) => value) : { frequent: [] }) };
    }
    return { ...common, frequent: texts.frequent() };
  }

  private addTexts(block: BlockBuilder, column: number): number {
    const { rows, kinds, texts } = block.texts[column];
    const dates: number[] = [];
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
        // Once a text is no date, the column is none.
        const date = this.isDatesSoFar ? parseDate(text) : undefined;
        if (date !== undefined) {
          if (Number.isNaN(date)) {
            this.impossibleDates++;
            this.firstImpossible ??= { text, row };
          } else {
            this.dateCount++;
            dates.push(date);
          }
        }
        this.texts ??= new TextStats(this.limit);
        this.texts.add(text);
      }
    }
    if (dates.length > 0) {
      this.dates ??= new NumberStats(this.limit);
      this.dates.add(Float64Array.from(dates));
    }
    return count;
  }

  private get isDatesSoFar(): boolean {
    return this.dateCount + this.impossibleDates === (this.texts?.count ?? 0);
  }
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
