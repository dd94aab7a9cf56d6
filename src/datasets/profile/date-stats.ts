import { type DateOrder, readDate } from '../../ml/preparation/dates.js';
import { NumberStats } from './number-stats.js';

/** A cell and its row, counted from 1. */
export interface FirstPlace {
  text: string;
  row: number;
}

/** What the dates of a column turned out to be. */
export interface DateFindings {
  order: DateOrder;
  /** Dates that exist, in that order. */
  count: number;
  impossible: number;
  firstImpossible: FirstPlace | undefined;
  /** In milliseconds since 1970. */
  stats: NumberStats;
}

/** What is known when the day is taken to come first, or the month. */
class Reading {
  readonly stats: NumberStats;
  impossible = 0;
  firstImpossible: FirstPlace | undefined;
  private readonly batch = new Float64Array(256);
  private batched = 0;

  constructor(limit: number) {
    this.stats = new NumberStats(limit);
  }

  take(time: number, text: string, row: number): void {
    if (Number.isNaN(time)) {
      this.impossible++;
      this.firstImpossible ??= { text, row };
      return;
    }
    this.batch[this.batched++] = time;
    if (this.batched === this.batch.length) this.flush();
  }

  flush(): void {
    this.stats.add(this.batch.subarray(0, this.batched));
    this.batched = 0;
  }
}

/**
 * Figures of the texts of a column while all of them look like dates. Whether day or month comes first in `3/4/2024` is
 * for the values to tell: 13 and above is no month. Where dots part the numbers and nothing tells, the day does, as
 * everywhere that dots are used.
 */
export class DateStats {
  /** Texts that look like dates, existing or not. */
  seen = 0;
  private readonly day: Reading;
  private readonly month: Reading;
  private dayOnly = 0;
  private monthOnly = 0;
  /** Texts of which either number may come first, as far as the way they are written goes. */
  private unsure = 0;
  private dotted = 0;

  /**
   * @param limit how many values are kept for exact figures
   * @param given the order, where the sender says it
   */
  constructor(
    limit: number,
    private readonly given: DateOrder | undefined,
  ) {
    this.day = new Reading(limit);
    this.month = new Reading(limit);
  }

  /** @returns whether it looks like a date; one that does not is not taken, and no other should be */
  add(text: string, row: number): boolean {
    const readings = readDate(text);
    if (!readings) return false;
    const { sure, dayFirst, monthFirst } = readings;
    if (!sure) {
      this.unsure++;
      if (text.includes('.')) this.dotted++;
      if (Number.isNaN(monthFirst) && !Number.isNaN(dayFirst)) this.dayOnly++;
      if (Number.isNaN(dayFirst) && !Number.isNaN(monthFirst)) this.monthOnly++;
    }
    this.day.take(dayFirst, text, row);
    this.month.take(monthFirst, text, row);
    this.seen++;
    return true;
  }

  /** What they are; or why that cannot be told. */
  finish(): DateFindings | 'either' | 'both' {
    this.day.flush();
    this.month.flush();
    const order = this.order();
    if (order === 'either' || order === 'both') return order;
    const { impossible, firstImpossible, stats } = order === 'month-first' ? this.month : this.day;
    return { order, count: this.seen - impossible, impossible, firstImpossible, stats };
  }

  private order(): DateOrder | 'either' | 'both' {
    if (this.unsure === 0) return 'year-first';
    if (this.dayOnly > 0 && this.monthOnly > 0) return 'both';
    if (this.dayOnly > 0) return 'day-first';
    if (this.monthOnly > 0) return 'month-first';
    return this.given ?? (this.dotted === this.unsure ? 'day-first' : 'either');
  }
}
