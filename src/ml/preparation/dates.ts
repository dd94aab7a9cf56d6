/** How dates are written that `2024-02-29` is not one of: which of two numbers is the month. */
export const DATE_ORDERS = ['year-first', 'day-first', 'month-first'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const YEAR_FIRST = /^(\d{4})([/.])(\d\d?)\2(\d\d?)$/;
const YEAR_LAST = /^(\d\d?)([/.-])(\d\d?)\2(\d{4})$/;
const MINUTE = 60_000;

/** What a text that looks like a date may mean: milliseconds since 1970 in UTC, NaN where there is no such date. */
export interface DateReadings {
  /** Whether both are the same by the way it is written. */
  sure: boolean;
  dayFirst: number;
  monthFirst: number;
}

/**
 * Reads `2024-02-29`, with a time (`T12:30`, `12:30:05.25`) and a zone (UTC where there is none) or without, and
 * `2024/2/29`, `29.2.2024`, `29/2/2024`, `2/29/2024`, `29-02-2024`.
 *
 * @returns undefined for what does not look like a date
 */
export function readDate(text: string): DateReadings | undefined {
  if (text.length < 8 || text.length > 40) return undefined;
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = iso;
    const time = clock(Number(hour), Number(minute), Number(second)) + Math.floor(Number(`0.${fraction}`) * 1000);
    return surely(calendar(Number(year), Number(month), Number(day)) + time - offset(zone));
  }
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) return surely(calendar(Number(yearFirst[1]), Number(yearFirst[3]), Number(yearFirst[4])));
  const yearLast = YEAR_LAST.exec(text);
  if (!yearLast) return undefined;
  const [first, second, year] = [Number(yearLast[1]), Number(yearLast[3]), Number(yearLast[4])];
  return { sure: false, dayFirst: calendar(year, second, first), monthFirst: calendar(year, first, second) };
}

/**
 * @param order what the column that the text stands in was found to be
 * @returns milliseconds since 1970 in UTC; NaN for a date that does not exist, such as 30 February; undefined for what
 *   does not look like a date
 */
export function parseDate(text: string, order: DateOrder): number | undefined {
  const readings = readDate(text);
  if (!readings) return undefined;
  if (!readings.sure && order === 'year-first') return undefined;
  return order === 'month-first' ? readings.monthFirst : readings.dayFirst;
}

function surely(time: number): DateReadings {
  return { sure: true, dayFirst: time, monthFirst: time };
}

function calendar(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : NaN;
}

function clock(hour: number, minute: number, second: number): number {
  return hour < 24 && minute < 60 && second < 60 ? ((hour * 60 + minute) * 60 + second) * 1000 : NaN;
}

function offset(zone: string | undefined): number {
  if (!zone || /^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 23 || minutes > 59) return NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
