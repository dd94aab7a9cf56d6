import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { readTable } from '../../../test/support/read-table.js';
import { binaryFormat, type BinaryFormatName } from './binary-formats.js';
import { type Cells, type CellType, type ColumnHead, numbersOf } from './cells.js';

const HEADS: ColumnHead[] = (
  ['float64', 'float32', 'int32', 'int64', 'uint64', 'boolean', 'text', 'date', 'timestamp'] as CellType[]
).map((type) => ({ name: `a ${type}`, type }));

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
const PARTS: Cells[][] = [
  [
    Float64Array.of(1.5, -0.1, 1e300),
    Float64Array.of(0.5, 2, -3),
    Float64Array.of(1, -2, 3),
    [2n ** 62n, -5n, 0n],
    [2n ** 63n, 1n, 0n],
    [true, false, true],
    ['é"\n', 'plain', 'x,y'],
    [day('2020-02-29'), day('1969-12-31'), day('1970-01-01')],
    [new Date('2020-02-29T12:34:56.789Z'), new Date(0), new Date(-1)],
  ],
  [
    [null, 7],
    [null, 0.25],
    [9, null],
    [null, 1n],
    [null, 2n],
    [null, true],
    [null, 'last'],
    [null, day('2001-01-01')],
    [new Date(5), null],
  ],
];

async function write(
  format: BinaryFormatName,
  heads: readonly ColumnHead[],
  parts: readonly Cells[][],
): Promise<Buffer> {
  const { begin, part, end } = await binaryFormat(format);
  const pieces = [begin(heads)];
  const length = (): number => pieces.reduce((sum, piece) => sum + piece.length, 0);
  // What a part tells of itself has to survive the way from another thread.
  const told = parts.map((cells) => {
    const encoded = part(heads, cells);
    const offset = length();
    pieces.push(encoded.bytes);
    return structuredClone({ part: encoded.part, offset });
  });
  pieces.push(end(heads, told, length()));
  return Buffer.concat(pieces);
}

describe.each<BinaryFormatName>(['parquet', 'arrow', 'arrow-stream'])('%s', (format) => {
  it('holds every type, with and without missing cells, as it was', async () => {
    const file = await write(format, HEADS, PARTS);
    const rows =
      format === 'parquet'
        ? await parquetReadObjects({ file: new Uint8Array(file).buffer })
        : tableFromIPC(file).toArray().map((row: { toJSON(): object } | null) => row?.toJSON()); // prettier-ignore
    const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);
    const expected = PARTS.flatMap((cells) =>
      Array.from(cells[0], (_, row) => HEADS.map((_, column) => plain(cells[column][row]))),
    );
    expect(rows.map((row) => HEADS.map(({ name }) => plain((row as Record<string, unknown>)[name])))).toEqual(expected);
  });

  it('is read by the service as it was written', async () => {
    const { spellings, columns } = await readTable(await write(format, HEADS, PARTS), `table.${format}`);
    expect(columns.map(({ name }) => name)).toEqual(HEADS.map(({ name }) => name));
    expect(spellings[0]).toEqual([
      '1.5', '0.5', '1', String(2n ** 62n), String(2n ** 63n), 'true', 'é"\n', '2020-02-29', '2020-02-29T12:34:56.789Z',
    ]); // prettier-ignore
    expect(spellings).toHaveLength(5);
  });

  it('is read column by column where two have one name', async () => {
    const heads: ColumnHead[] = ['a', 'b', 'a'].map((name) => ({ name, type: 'float64' }));
    const part = [1, 2, 3].map((value) => numbersOf(Float64Array.of(value, value * 10)));
    const { columns, values } = await readTable(await write(format, heads, [part]), `table.${format}`);
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b', 'a_2']);
    expect(values).toEqual([
      [1, 2, 3],
      [10, 20, 30],
    ]);
  });

  it('keeps numbers to the bit, in as many parts as one likes', async () => {
    const number = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(NaN));
    const parts = fc.array(fc.array(number, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, async (values) => {
        const heads: ColumnHead[] = [{ name: 'x', type: 'float64' }, { name: 'n', type: 'int32' }]; // prettier-ignore
        const file = await write(format, heads, values.map((part) => [numbersOf(Float64Array.from(part)), Int32Array.from(part, (_, i) => i)])); // prettier-ignore
        const read = await readTable(file, `table.${format}`, {}, ['']);
        // A column without any number is one of words.
        expect(read.values.map(([x]) => (x === null ? NaN : Number(x)))).toEqual(values.flat());
        expect(read.values.map(([, n]) => n)).toEqual(values.flatMap((part) => part.map((_, i) => i)));
      }),
      { numRuns: 30 },
    );
  });
});
