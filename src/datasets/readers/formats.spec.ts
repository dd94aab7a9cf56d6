import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTable, refusalOf } from '../../../test/support/read-table.js';

const FIXTURES = path.resolve(import.meta.dirname, '../../../test/fixtures/datasets');
const fixture = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));
const named = (pattern: RegExp): string[] => readdirSync(FIXTURES).filter((name) => pattern.test(name));

const expected = JSON.parse(fixture('expected.json').toString()) as {
  columns: string[];
  big: string[];
  rows: (number | string | null)[][];
};

describe('Parquet and Arrow readers', () => {
  const files = named(/\.(parquet|arrow|feather)$/);
  it('are tried on every codec and encoding', () => {
    expect(files).toHaveLength(21);
  });

  it.each(files)('read %s', async (name) => {
    const table = await readTable(fixture(name), name);
    expect(table.format).toBe(name.endsWith('.parquet') ? 'parquet' : 'arrow');
    expect(table.columns.map((column) => column.name)).toEqual(expected.columns);
    expect(table.columns.map(({ type }) => type).join()).toBe(
      'number,number,number,category,category,date,date,number,category',
    );
    const values = table.values.map((row) => row.map((value) => (Number.isNaN(value) ? null : value)));
    expect(values).toEqual(expected.rows);
    expect(table.spellings.map((row) => row[2])).toEqual(expected.big);
  });

  it.each(['pyarrow-zstd.parquet', 'file-zstd.arrow', 'stream-none.arrow', 'f8l.npy'])(
    'read %s gzipped',
    async (name) => {
      const plain = await readTable(fixture(name), name);
      const packed = await readTable(gzipSync(fixture(name)), `${name}.gz`);
      expect(packed).toEqual({ ...plain, notes: { gzip: true } });
    },
  );
});

describe('NPY reader', () => {
  it.each(named(/^[fiu]\d[lb]\.npy$/))('reads %s', async (name) => {
    const { values, format, columns } = await readTable(fixture(name), name);
    expect(format).toBe('npy');
    expect(values).toEqual([
      [0, 1, 2],
      [3, 100, 7],
    ]);
    expect(columns.map((column) => column.name)).toEqual(['c0', 'c1', 'c2']);
  });

  it('reads booleans, Fortran order, one dimension', async () => {
    expect((await readTable(fixture('b1.npy'))).values).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect((await readTable(fixture('fortran.npy'))).values).toEqual((await readTable(fixture('f8l.npy'))).values);
    const { columns, values } = await readTable(fixture('vector.npy'));
    expect(values).toEqual([[1.5], [NaN], [2.5]]);
    expect(columns[0]).toMatchObject({ type: 'number', missing: 1, mean: 2 });
  });

  const npy = (header: string, bytes = 0): Buffer => {
    const text = Buffer.from(header);
    const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
    start.writeUInt16LE(text.length, 8);
    return Buffer.concat([start, text, Buffer.alloc(bytes)]);
  };
  it.each([
    [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 4000)}",
      8,
      /^dataset.truncated: .* 32000000000 bytes/,
    ],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)}", 8, /^dataset.truncated/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)}", 16, /^dataset.truncated/],
    ["{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", 16, /^dataset.unsupported: .*c16/],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 8, /^dataset.unsupported/],
    ["{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", 8, /^dataset.unsupported: .*records/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1)}", 8, /^dataset.unsupported: .*3 dimensions/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", 0, /^dataset.no_rows/],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1, 5000)}", 40_000, /^dataset.too_many_columns/],
    ['nonsense', 8, /^dataset.damaged/],
  ])('refuses %s', async (header, bytes, reason) => {
    expect(await refusalOf(npy(header, bytes))).toMatch(reason);
  });

  it('refuses infinity with its place', async () => {
    const file = Buffer.from(fixture('f8l.npy'));
    file.writeDoubleLE(Infinity, file.length - 8);
    expect(await refusalOf(file)).toMatch(/^dataset.not_finite: Row 2, column "c2"/);
  });
});

describe('JSON readers', () => {
  const cell = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
  );
  const rows = fc
    .integer({ min: 1, max: 4 })
    .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 20 }))
    .filter((table) => !JSON.stringify(table).includes('\\u0000'));

  it('give back what was written, as rows, records and lines', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.boolean(), async (table, pretty) => {
        const names = table[0].map((_, i) => `name ${i}`);
        const records = table.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
        const spaces = pretty ? 2 : undefined;
        const texts: [string, string][] = [
          [JSON.stringify(table, null, spaces), 'x.json'],
          [JSON.stringify(records, null, spaces), 'x.json'],
          [JSON.stringify({ columns: names, rows: table }, null, spaces), 'x.json'],
          [table.map((row) => JSON.stringify(row)).join('\n'), 'x.ndjson'],
          [records.map((record) => JSON.stringify(record)).join('\r\n'), 'x.jsonl'],
        ];
        const cells = table.map((row) => row.map((value) => (value === null ? '' : String(value === 0 ? 0 : value))));
        for (const [text, name] of texts) expect((await readTable(text, name)).spellings).toEqual(cells);
      }),
      { numRuns: 30 },
    );
  });

  it('read arrays longer than a chunk, cut anywhere', async () => {
    const record = { text: 'x]}\\",[{ ünïcödé 🙂', number: 12.5 };
    const text = `[${Array.from({ length: 60_000 }, () => JSON.stringify(record)).join(',\n ')}]\n`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(2 ** 21);
    const { rowCount, spellings } = await readTable(text, 'x.json');
    expect(rowCount).toBe(60_000);
    expect(spellings.every(([a, b]) => a === record.text && b === '12.5')).toBe(true);
  });

  it('take a missing field for a missing value', async () => {
    const { spellings } = await readTable('[{"a":1},{"b":2}]', 'x.json');
    expect(spellings).toEqual([
      ['1', ''],
      ['', '2'],
    ]);
  });

  it.each([
    ['[[1,2],[3]]', 'x.json', /^dataset.ragged_row: Row 2/],
    ['[[1],[1e999]]', 'x.json', /^dataset.not_finite: Row 2, column "c0"/],
    ['[["\\ud800"]]', 'x.json', /^dataset.bad_text: Row 1/],
    ['[[1],[[2]]]', 'x.json', /^dataset.nested: Row 2/],
    ['[{"a":{"b":1}}]', 'x.json', /^dataset.nested: Row 1, column "a"/],
    ['[{"a":1},2]', 'x.json', /^dataset.not_a_row: Row 2/],
    ['[1,2]', 'x.json', /^dataset.not_a_row: Row 1/],
    ['[]', 'x.json', /^dataset.no_rows/],
    [' ', 'x.json', /^dataset.empty_file/],
    ['[[1],]', 'x.json', /^dataset.invalid_json/],
    ['[,[1]]', 'x.json', /^dataset.invalid_json/],
    ['[[1][2]]', 'x.json', /^dataset.invalid_json/],
    ['[[1]', 'x.json', /^dataset.invalid_json: .*after 0 complete/],
    ['[[1]] x', 'x.json', /^dataset.invalid_json: Something follows/],
    ['[[1]][[2]]', 'x.json', /^dataset.invalid_json: Something follows/],
    ['"text"', 'x.json', /^dataset.invalid_json/],
    ['{"a":1}', 'x.json', /^dataset.not_a_row/],
    ['{"rows":[[1]]', 'x.json', /^dataset.invalid_json/],
    ['[1]\n{]\n', 'x.ndjson', /^dataset.invalid_json: Line 2/],
    ['[1]\n\n[1,2]\n', 'x.ndjson', /^dataset.ragged_row: Line 3/],
    ['\n\n', 'x.ndjson', /^dataset.no_rows/],
    [Buffer.from('[["\xff"]]', 'latin1'), 'x.json', /^dataset.not_utf8/],
  ])('refuse %j (%s)', async (text, name, reason) => {
    expect(await refusalOf(text, name)).toMatch(reason);
  });

  it('refuse a field that comes late', async () => {
    const lines = `${`{"a":"${'x'.repeat(600)}"}\n`.repeat(2000)}{"a":1,"z":2}\n`;
    expect(await refusalOf(lines, 'x.ndjson')).toMatch(/^dataset.unknown_field: Line 2001 .*"z"/);
  });
});

describe('formats', () => {
  it.each([
    ['[[1,2]]', 'x', 'json'],
    ['[1,2]\n[3,4]\n', 'data', 'ndjson'],
    ['{"a":1}\n{"a":2}\n', 'data', 'ndjson'],
    ['a,b\n1,2\n', 'data', 'csv'],
    ['a\tb\n1\t2\n', 'x.csv', 'tsv'],
    ['a\tb\n1\t2\n', 'X.TSV', 'tsv'],
    [gzipSync('[[1]]'), 'x.json.gz', 'json'],
    [fixture('f8l.npy'), 'wrong.csv', 'npy'],
    [fixture('pyarrow-none.parquet'), 'wrong.json', 'parquet'],
  ])('tell %j (%s) by name and content', async (content, name, format) => {
    expect((await readTable(content, name)).format).toBe(format);
  });

  it.each([
    ['a,b\n1,2\n', 'x.parquet', /^dataset.format_mismatch/],
    ['a,b\n1,2\n', 'x.npy', /^dataset.format_mismatch/],
    ['PK\x03\x04', 'x.xlsx', /^dataset.unknown_format: .*ZIP/],
    [Buffer.from('\x89PNG\r\n', 'latin1'), 'x.csv', /^dataset.unknown_format: .*picture/],
    [Buffer.from('\x00\x01\x02'), 'x.bin', /^dataset.nul_byte/],
    ['PAR1', 'x.parquet', /^dataset.truncated/],
  ])('refuse %j (%s)', async (content, name, reason) => {
    expect(await refusalOf(content, name)).toMatch(reason);
  });

  it('stop unpacking at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 'a,b\n'));
    for (const name of ['x.csv', 'x.json', 'x.ndjson']) {
      expect(await refusalOf(bomb, name, {}, [''], 2 ** 20)).toMatch(/^dataset.(unpacks_too_large|invalid_json)/);
    }
    const npy = gzipSync(Buffer.concat([fixture('f8l.npy'), Buffer.alloc(64 * 2 ** 20)]));
    expect(await refusalOf(npy, 'x.npy', {}, [''], 2 ** 20)).toMatch(/^dataset.unpacks_too_large/);
    const parquet = fixture('pyarrow-none.parquet');
    expect(await refusalOf(parquet, 'x.parquet', {}, [''], 1000)).toMatch(/^dataset.unpacks_too_large: .*40 x 9/);
  });
});
