import { existsSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTable, refusalOf } from '../../../test/support/read-table.js';
import { toCsv } from '../../common/csv-writer.js';
import type { ReadOptions } from './reader.js';

const read = (content: string | Buffer, options: ReadOptions = {}, missing?: string[]) =>
  readTable(content, 'table.csv', options, missing);

describe('CSV reader', () => {
  it('closes its file, whatever becomes of it', async () => {
    // Where the system tells.
    const open = (): number => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
    const before = open();
    for (let i = 0; i < 5; i++) {
      expect(await refusalOf('a,b\n1\n')).toMatch(/ragged_row/);
      expect(await refusalOf(`a,b\n${'1,2\n'.repeat(500_000)}3\n`)).toMatch(/ragged_row/);
      expect(await refusalOf('a\n1\n', 'x.csv', { encoding: 'nonsense' })).toMatch(/unknown_encoding/);
      expect(await refusalOf(Buffer.from('a\n\xff\n', 'latin1'))).toMatch(/not_utf8/);
    }
    expect(open()).toBe(before);
  });

  it('reads numbers as Number() does and keeps their spelling', async () => {
    const cells = [
      '0',
      '5.10',
      '-0.5',
      '1e5',
      '007',
      '.5',
      '5.',
      '+3',
      '-0',
      '0.0000001',
      '123456789012345678901234567890',
    ];
    cells.push(
      '0.1234567890123456789',
      '9007199254740993',
      '3.141592653589793',
      '0.000',
      ' 7 ',
      '1E-300',
      '99999999999999999',
    );
    const numbers = await read(`x\n${cells.join('\n')}`);
    expect(numbers.values.map(([value]) => value)).toEqual(cells.map(Number));
    expect(numbers.spellings.map(([cell]) => cell)).toEqual(cells);
    const codes = await read('x\n007\n7\n');
    expect(codes.columns[0]).toMatchObject({ type: 'category' });
    expect(codes.values).toEqual([['007'], ['7']]);
  });

  it('reads any float64 exactly, as any number of digits may spell it', async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value.toPrecision(17)),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value.toFixed(12)),
      fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value.toFixed(20)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 200 }), async (cells) => {
        const { values, columns } = await read(`x\n${cells.join('\n')}`);
        expect(columns[0].type).toBe('number');
        expect(values.map(([value]) => value)).toEqual(cells.map(Number));
      }),
    );
  });

  it('gives back what the CSV writer wrote, cell by cell, whatever the text', async () => {
    const cell = fc
      .oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', 'NA', '5.10', '-1', '1e3', 'a,b', 'a"b', 'a\r\nb', ' '),
      )
      .filter((text) => !/^[=+\-@\t\r＝＋－＠\0]/.test(text) && !text.includes('\0'));
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 30 }));
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const header = rows[0].map((_, i) => `column ${i}`);
        const { spellings, columns } = await read(toCsv([header, ...rows]), { delimiter: ',', header: true });
        expect(spellings).toEqual(rows);
        expect(columns.map(({ name }) => name)).toEqual(header);
      }),
    );
  });

  it('reads records that are cut anywhere between two chunks', async () => {
    const row = '"multi\nline, ""quoted""",123.456,ünïcödé,2024-01-31\r\n';
    const { rowCount, spellings } = await read(`text,number,word,day\r\n${row.repeat(60_000)}`);
    expect(rowCount).toBe(60_000);
    const expected = ['multi\nline, "quoted"', '123.456', 'ünïcödé', '2024-01-31'];
    expect(spellings.every((cells) => cells.every((cell, i) => cell === expected[i]))).toBe(true);
  });

  it.each([
    ['a;b\n1,5;2\n2,5;3\n', { delimiter: ';', decimalComma: true, header: true }, [1.5, 2]],
    ['a\tb\n1.5\t2\n', { delimiter: '\t', decimalComma: false, header: true }, [1.5, 2]],
    ['a|b\r1|2\r3|4\r', { delimiter: '|', header: true }, [1, 2]],
    ['1,2\n3,4', { delimiter: ',', header: false }, [1, 2]],
    ['\n\na,b\n\n1,2\n\n', { delimiter: ',', header: true }, [1, 2]],
    ['\ufeffa,b\n1,2', { encoding: 'utf-8' }, [1, 2]],
    ['"a,x";"b"\n"1";"2"', { delimiter: ';' }, [1, 2]],
  ])('sniffs %j', async (text, notes, first) => {
    const table = await read(text);
    expect(table.notes).toMatchObject(notes);
    expect(table.values[0]).toEqual(first);
  });

  it('reads UTF-16 by its mark, other encodings when they are named, and gzip', async () => {
    const text = 'ä,b\n1,2\n';
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    expect((await read(utf16)).columns[0].name).toBe('ä');
    expect((await read(Buffer.from(text, 'latin1'), { encoding: 'latin1' })).columns[0].name).toBe('ä');
    expect((await read(gzipSync(text))).columns[0].name).toBe('ä');
  });

  it('reads UTF-16 without a mark by its zeros, and says so', async () => {
    const utf16 = Buffer.from('name,b\n1,2\n', 'utf16le');
    expect(await read(utf16)).toMatchObject({ notes: { encoding: 'utf-16le' }, values: [[1, 2]] });
    expect(await read(utf16.swap16())).toMatchObject({ notes: { encoding: 'utf-16be' }, values: [[1, 2]] });
  });

  it.each(['windows-1252', 'shift_jis', 'koi8-r', 'gb18030', 'utf-16be'])(
    'reads %s where it is named',
    async (encoding) => {
      const bytes: Record<string, number[]> = {
        'windows-1252': [0x80],
        shift_jis: [0x93, 0xfa],
        'koi8-r': [0xd1],
        gb18030: [0xc8, 0xd5],
        'utf-16be': [0, 0x61],
      };
      const wide = encoding === 'utf-16be';
      const text = (part: string): Buffer => (wide ? Buffer.from(part, 'utf16le').swap16() : Buffer.from(part));
      const file = Buffer.concat([text('a\n'), Buffer.from(bytes[encoding]), text('\n')]);
      const { spellings, notes } = await read(file, { encoding });
      expect(notes.encoding).toBe(encoding);
      expect(spellings).toEqual([[new TextDecoder(encoding).decode(Buffer.from(bytes[encoding]))]]);
    },
  );

  it('refuses what is not of the encoding that was named', async () => {
    expect(await refusalOf(Buffer.from([0x61, 0x0a, 0x81, 0x0a]), 'x.csv', { encoding: 'shift_jis' })).toMatch(
      /^dataset.bad_encoding: .*shift_jis/,
    );
  });

  it('takes numbers for missing where it is told to', async () => {
    const { columns, spellings } = await read('x\n1\n-999\n-999.0\n?\n', {}, ['', '-999', '?']);
    expect(columns[0]).toMatchObject({ type: 'number', missing: 3, min: 1 });
    expect(spellings.flat()).toEqual(['1', '-999', '-999.0', '?']);
  });

  it.each([
    ['a,b\n1,2\n3\n', /^dataset.ragged_row: Line 3 has a single cell/],
    ['a,b\n1,2\n"x\ny",2\n1,2,3\n', /^dataset.ragged_row: Line 5 has 3 cells/],
    ['a,b\n1,"2\n3,4\n', /^dataset.open_quote: The quote that opens in line 2, column 2/],
    ['"a,b\n1,2\n', /^dataset.open_quote: A quote that opens in line 1/],
    ['a,b\n"1"2,3\n', /^dataset.stray_quote: Line 2, column 1/],
    ['', /^dataset.empty_file/],
    [' \n\n', /^dataset.empty_file/],
    ['a,b\n', /^dataset.no_rows/],
    ['a,b\n1,2\n3,\0\n', /^dataset.nul_byte: Line 3/],
    [Buffer.from('a,b\n1,2\n3,\xff\n', 'latin1'), /^dataset.not_utf8: Line 3/],
    ['x\n1\n1e999\n', /^dataset.not_finite: Line 3, column "x": 1e999/],
    ['x\n1\n-inf\n', /^dataset.not_finite: Line 3/],
    [`${'x,'.repeat(10_000)}x\n${'1,'.repeat(10_000)}1\n`, /^dataset.too_many_columns: There are 10001/],
    [`${'n'.repeat(10_000)},b\n1,2\n`, /^dataset.column_name_too_long: The name of column 1 has 10000/],
    [gzipSync('a,b\n1,2\n').subarray(0, 20), /^dataset.damaged_gzip/],
  ])('refuses %j', async (content, expected) => {
    expect(await refusalOf(content)).toMatch(expected);
  });

  it('lets words that look like numbers beyond float64 be words among words', async () => {
    const { columns } = await read('code\n1e999\nab12\ninf\n');
    expect(columns[0].type).toBe('category');
  });

  it('keeps formula-like cells as they are', async () => {
    expect((await read('a,b\n=cmd(),"=1+1"\n@x,-1\n')).spellings).toEqual([
      ['=cmd()', '=1+1'],
      ['@x', '-1'],
    ]);
  });

  it('names columns once', async () => {
    const { columns, warnings } = await read('a,,a,a_2,c1\n1,2,3,4,5\n');
    expect(columns.map(({ name }) => name)).toEqual(['a', 'c1_2', 'a_3', 'a_2', 'c1']);
    expect(warnings.slice(0, 2)).toHaveLength(2);
  });
});
