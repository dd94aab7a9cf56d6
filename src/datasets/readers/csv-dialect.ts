import { parse } from 'csv-parse/sync';
import type { ReadOptions } from './reader.js';
import type { Dialect } from './csv-parser.js';

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 20;
const NUMBER = /^\s*[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d+)?\s*$/i;
const COMMA_NUMBER = /^\s*[+-]?\d*,\d+(?:e[+-]?\d+)?\s*$/i;
const POINT_NUMBER = /^\s*[+-]?\d*\.\d+(?:e[+-]?\d+)?\s*$/i;

/** How a delimited text is to be read. */
export interface SniffedDialect extends Dialect {
  header: boolean;
}

/**
 * Tells delimiter, header and decimal comma from the first records; what the sender said stands.
 *
 * The delimiter is the one that cuts most of the first records into equally many cells, and into more than one. There is
 * a header unless the first record has a number in it. With semicolons or tabs, numbers have decimal commas when some
 * do and none has a decimal point.
 *
 * @param sample whole records
 */
export function sniffDialect(sample: string, options: ReadOptions): SniffedDialect {
  const delimiter = options.delimiter ?? sniffDelimiter(sample);
  const records = sampleRecords(sample, delimiter);
  const [first = [], ...others] = records;
  const header = options.header ?? !first.some((cell) => NUMBER.test(cell));
  const cells = (header ? others : records).flat();
  const decimalComma =
    options.decimalComma ??
    (delimiter !== ',' && cells.some((c) => COMMA_NUMBER.test(c)) && !cells.some((c) => POINT_NUMBER.test(c)));
  return { delimiter, header, decimalComma };
}

/** The cells of the first records, or none where even they cannot be taken apart. */
export function sampleRecords(sample: string, delimiter: string, count = SAMPLE_RECORDS): string[][] {
  try {
    return parse(sample, {
      delimiter,
      to: count,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
  } catch {
    return count > 1 ? sampleRecords(sample, delimiter, 1) : [];
  }
}

function sniffDelimiter(sample: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const widths = sampleRecords(sample, delimiter).map(({ length }) => length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
    // How many agree counts first; then, more cells a record.
    const score = width > 1 ? count / widths.length + Math.min(width, 1000) / 1e6 : 0;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}
