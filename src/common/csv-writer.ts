/** A cell as it is written: null and undefined are empty. */
export type CsvCell = string | number | null | undefined;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const SPECIAL = /[",\r\n]/;

/**
 * CSV text of some rows (RFC 4180, records end in CR LF). Text that a spreadsheet would run as a formula gets an
 * apostrophe in front and quotes around it; numbers, negative ones too, stay as they are.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function toCsv(rows: Iterable<readonly CsvCell[]>): string {
  let text = '';
  for (const row of rows) {
    // A lone empty cell would be an empty line, which readers skip.
    text += row.length === 1 && cellText(row[0]) === '' ? '""' : row.map(cellText).join(',');
    text += '\r\n';
  }
  return text;
}

/**
 * Streams a CSV: the header, then batches of rows as they come.
 *
 * @param header column names
 * @param batches rows in batches; each batch becomes one chunk of text
 */
export async function* writeCsv(
  header: readonly string[],
  batches: AsyncIterable<Iterable<readonly CsvCell[]>> | Iterable<Iterable<readonly CsvCell[]>>,
): AsyncGenerator<string> {
  yield toCsv([header]);
  for await (const batch of batches) {
    const text = toCsv(batch);
    if (text) yield text;
  }
}

/** Whether a spreadsheet would run a text as a formula. */
export function isFormula(text: string): boolean {
  return FORMULA.test(text) && !NUMBER.test(text);
}

/** A formula as a cell that is shown and not run. */
export function quoteFormula(text: string): string {
  return `"'${text.replaceAll('"', '""')}"`;
}

function cellText(cell: CsvCell): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  if (isFormula(cell)) return quoteFormula(cell);
  return SPECIAL.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
