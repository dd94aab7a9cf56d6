const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const SLASHED = /^(\d{4})\/(\d\d?)\/(\d\d?)$/;
const DOTTED = /^(\d\d?)\.(\d\d?)\.(\d{4})$/;
const MINUTE = 60_000;

/**
 * Reads `2024-02-29`, with a time (`T12:30`, `12:30:05.25`) and a zone (UTC where there is none) or without, and
 * `2024/2/29` and `29.2.2024`.
 *
 * @returns milliseconds since 1970 in UTC; NaN for a date that does not exist, such as 30 February; undefined for what
 *   does not look like a date
 */
export function parseDate(text: string): number | undefined {
  if (text.length < 8 || text.length > 40) return undefined;
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone] = iso;
    const time = clock(Number(hour), Number(minute), Number(second)) + Math.floor(Number(`0.${fraction}`) * 1000);
    return calendar(Number(year), Number(month), Number(day)) + time - offset(zone);
  }
  const slashed = SLASHED.exec(text);
  if (slashed) return calendar(Number(slashed[1]), Number(slashed[2]), Number(slashed[3]));
  const dotted = DOTTED.exec(text);
  if (dotted) return calendar(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));
  return undefined;
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
