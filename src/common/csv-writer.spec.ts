import { describe, expect, it } from '@jest/globals';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { toCsv, writeCsv } from './csv-writer.js';

describe('CSV writer', () => {
  it('quotes what needs quotes', () => {
    expect(toCsv([['a', 'b,c', 'd"e', 'f\ng', null, '']])).toBe('a,"b,c","d""e","f\ng",,\r\n');
  });

  it.each(['=cmd()', '+1+2', '-2+3', '@sum', '\tx', '＝1', '-'])('defuses %j', (cell) => {
    expect(toCsv([[cell]])).toBe(`"'${cell}"\r\n`);
  });

  it.each(['-5', '+5.10', '-.5', '-1e-7', '1,5'])('leaves the number %j alone', (cell) => {
    expect(parseCsv(toCsv([[cell]]))).toEqual([[cell]]);
  });

  it('is read back as written by another library, whatever the text', () => {
    const cell = fc.string({ unit: 'grapheme' }).filter((text) => !/^[=+\-@\t\r＝＋－＠]/.test(text));
    const table = fc.integer({ min: 2, max: 5 }).chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n })));
    fc.assert(
      fc.property(table, (rows) => {
        expect(parseCsv(toCsv(rows))).toEqual(rows);
      }),
    );
  });

  it('streams the header before the first batch', async () => {
    const chunks: string[] = [];
    for await (const chunk of writeCsv(['x', 'y'], [[[1, -2]], [], [['3', '4']]])) chunks.push(chunk);
    expect(chunks).toEqual(['x,y\r\n', '1,-2\r\n', '3,4\r\n']);
  });
});
