const few = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const digits = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** A measured number, four digits of it; what is very small or large by its power of ten. */
export function num(value: number | null | undefined): string {
  if (value == null) return '-';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(2);
  return few.format(value);
}

/** A counted number, every digit of it. */
export function whole(value: number): string {
  return digits.format(value);
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${digits.format(value)} ${value === 1 ? one : many}`;
}

export function when(value: string): string {
  return moment.format(new Date(value));
}

export function bytes(value: number): string {
  const [unit, size] = value >= 2 ** 20 ? ['MiB', 2 ** 20] : value >= 1024 ? ['KiB', 1024] : ['B', 1];
  return `${few.format(value / size)} ${unit}`;
}
