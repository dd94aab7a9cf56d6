import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockBuilder, CellKind } from './block-builder.js';
import { BlockReader, encodeBlock } from './block-codec.js';

type TestCell = { number: number; zeros: number } | { kind: CellKind; text: string; number: number };

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const plain = finite.filter((value) => !String(value).includes('e'));
const cell: fc.Arbitrary<TestCell> = fc.oneof(
  fc.record({ number: plain, zeros: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant(CellKind.Number), text: fc.string(), number: finite }),
  fc.record({
    kind: fc.constantFrom(CellKind.Missing, CellKind.Text),
    text: fc.string({ unit: 'binary' }),
    number: fc.constant(NaN),
  }),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 40 }))
  .filter((rows) => rows.length > 0);

function build(rows: TestCell[][]): BlockBuilder {
  const block = new BlockBuilder(rows[0].length, 64);
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (!('kind' in cell)) block.number(column, cell.number, cell.zeros);
      else if (cell.kind === CellKind.Number) block.spelledNumber(column, cell.number, cell.text);
      else if (cell.kind === CellKind.Missing) block.missing(column, cell.text);
      else block.text(column, cell.text);
    });
    block.rows++;
  }
  return block;
}

describe('block codec', () => {
  it('gives back every spelling, and which cells are missing', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const reader = new BlockReader(encodeBlock(build(rows)));
        expect([reader.rows, reader.columns]).toEqual([rows.length, rows[0].length]);
        rows.forEach((row, r) => {
          row.forEach((cell, c) => {
            const chunk = reader.column(c);
            if ('kind' in cell) {
              expect(chunk.spelling(r)).toBe(cell.text);
              expect(chunk.text(r)).toBe(cell.kind === CellKind.Missing ? null : cell.text);
            } else {
              expect(Number(chunk.spelling(r))).toBe(cell.number);
              if (cell.zeros) expect(chunk.spelling(r)).toMatch(new RegExp(`\\.\\d*0{${cell.zeros}}$`));
            }
          });
        });
      }),
    );
  });

  it('gives back every number of a column without text', () => {
    const numeric = table.map((rows) =>
      rows.map((row) => row.filter((c) => !('kind' in c) || c.kind !== CellKind.Text)),
    );
    fc.assert(
      fc.property(numeric, (rows) => {
        const cells = rows.flat().map((cell) => [cell]);
        fc.pre(cells.length > 0 && cells.length <= 64);
        const column = new BlockReader(encodeBlock(build(cells))).column(0);
        expect(cells.map((_, r) => column.number(r))).toEqual(cells.map(([cell]) => cell.number));
      }),
    );
  });

  it('starts over after a block', () => {
    const block = build([[{ kind: CellKind.Text, text: 'a', number: NaN }], [{ number: 1, zeros: 2 }]]);
    block.clear();
    block.number(0, 7);
    block.rows++;
    const column = new BlockReader(encodeBlock(block)).column(0);
    expect([column.number(0), column.spelling(0)]).toEqual([7, '7']);
  });

  it('is full when its text is long, however few its rows', () => {
    const block = new BlockBuilder(1, 64);
    for (let row = 0; row < 9; row++) {
      block.text(0, 'x'.repeat(2 ** 20));
      block.rows++;
    }
    expect(block.full).toBe(true);
  });
});
