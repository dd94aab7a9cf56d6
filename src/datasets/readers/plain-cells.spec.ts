import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { readTable, refusalOf } from '../../../test/support/read-table.js';

/** Cells that are nearly plain, and what must not be taken for plain. */
const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength: min, maxLength: max });
const cell = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom('', '-'), digits(1, 6), digits(0, 20))
      .map(([s, w, f]) => s + w + (f && `.${f}`)),
  },
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { weight: 2, arbitrary: fc.tuple(digits(0, 20), digits(0, 24)).map(([w, f]) => `${w}.${f}`) },
  fc.constantFrom(
    '',
    '-',
    '.',
    '-0',
    '-0.0',
    '+1',
    '1.',
    '.5',
    '1e5',
    '007',
    '-7',
    'NA',
    'x',
    'ä',
    '1 ',
    ' 1',
    '1-',
    '--1',
    '1.2.3',
    '-999',
    '12345678',
    '0.00000012',
  ),
  fc.constantFrom('a,b', 'a"b', 'a\nb', 'a\r\nb', '1\n2'),
);
const quoted = (text: string, always: boolean): string =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Fractions of more than 15 digits are shown as the shortest decimal of the same float64. */
const known = (text: string): string =>
  /^-?[\d.]{17,}$/.test(text) ? text.replace(/^-?\d+\.\d+$/, (n) => `${Number(n)}`) : text;

describe('plain cells', () => {
  it('are read as a library and Number() read them, among all others, at any length of the text', async () => {
    const tables = fc.integer({ min: 1, max: 5 }).chain((columns) =>
      fc.record({
        rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 40 }),
        quotes: fc.array(fc.boolean(), { minLength: columns, maxLength: columns }),
        end: fc.constantFrom('\n', '\r\n', '\r'),
        lastEnd: fc.boolean(),
        // So that the pieces in which text is read end anywhere.
        before: fc
          .oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constantFrom(458_700, 1_048_500))
          .chain((n) => fc.integer({ min: n, max: n + 60 })),
      }),
    );
    await fc.assert(
      fc.asyncProperty(tables, async ({ rows, quotes, end, lastEnd, before }) => {
        const columns = rows[0].length;
        // A first row of the wanted length, in words, and no line that would be empty.
        const all = [Array.from({ length: columns }, () => 'w'.repeat(1 + Math.floor(before / columns))), ...rows];
        const text = all
          .map((row) => row.map((value, i) => quoted(value, quotes[i] || (columns === 1 && value === ''))).join())
          .join(end);
        const whole = text + (lastEnd ? end : '');
        const expected: string[][] = parse(whole, { record_delimiter: [end], relax_column_count: false });
        const read = await readTable(whole, 'table.csv', { delimiter: ',', header: false }, ['', 'NA', '-999']);
        expect(read.spellings.slice(1).map((row) => row.map(known))).toEqual(
          expected.slice(1).map((row) => row.map(known)),
        );
        read.values.slice(1).forEach((row, i) => {
          row.forEach((value, j) => {
            const spelled = expected[i + 1][j];
            const missing = ['', 'NA', '-999'].includes(spelled.trim());
            expect(value === null ? null : known(String(value))).toEqual(missing ? null : known(spelled));
          });
        });
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('are rounded as Number() rounds them, whatever their digits', async () => {
    const number = fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 24 }))
      .map(([sign, whole, fraction]) => {
        const text = String(whole).padStart(fraction + 1, '0');
        return fraction ? `${sign}${text.slice(0, -fraction)}.${text.slice(-fraction)}` : sign + text;
      })
      .filter((text) => !/^-0\.?0*$/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1000, maxLength: 2000 }), async (cells) => {
        const { values, spellings } = await readTable(`x,y\n${cells.map((text) => `${text},1`).join('\n')}\n`);
        expect(values.map(([value]) => value)).toEqual(cells.map(Number));
        // What float64 does not spell again is shown as the shortest decimal of the same number.
        spellings.forEach(([shown], i) => {
          if (shown !== cells[i]) expect(Number(shown)).toBe(Number(cells[i]));
        });
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('leave the middle between two neighbours to Number()', async () => {
    const cells = [
      '9007199254740993',
      '900719925474099.3',
      '4503599627370497.5',
      '0.30000000000000004',
      '9007199254740.993',
    ];
    const { values } = await readTable(`x,y\n${cells.map((text) => `${text},1`).join('\n')}\n`);
    expect(values.map(([value]) => value)).toEqual(cells.map(Number));
  });

  it('that mean a missing value are missing, however many do', async () => {
    for (const count of [3, 128, 129]) {
      const missing = Array.from({ length: count }, (_, i) => String(-900 - i));
      const { values, spellings } = await readTable('a,b\n-901,1\n2,-901.0\n-901.5,3\n', 't.csv', {}, missing);
      expect(values).toEqual([
        [NaN, 1],
        [2, NaN],
        [-901.5, 3],
      ]);
      expect(spellings[0][0]).toBe('-901');
    }
  });

  it('keep the line of what is refused behind them, across blocks and pieces of text', async () => {
    const plain = '1.5,-2,\n'.repeat(200_000);
    expect(await refusalOf(`a,b,c\n${plain}1,2\n${plain}`)).toMatch(/^dataset.ragged_row: Line 200002 has 2 cells/);
    expect(await refusalOf(`a,b,c\n${plain}1,2,3,4\n`)).toMatch(/^dataset.ragged_row: Line 200002 has 4 cells/);
    expect(await refusalOf(`a,b,c\n${plain}"x\ny",2,3\n1,"2\n`)).toMatch(/Line 200004|line 200004/);
    expect(await refusalOf(`a,b,c\r\n${plain.replaceAll('\n', '\r\n')}1,2,"3"x\r\n`)).toMatch(/Line 200002, column 3/);
    expect(await refusalOf(`a,b,c\n${plain}1,1e999,3\n`)).toMatch(/^dataset.not_finite: Line 200002, column "b"/);
  });
});
