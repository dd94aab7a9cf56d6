import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BlockBuilder } from '../blocks/block-builder.js';
import type { ColumnProfile } from '../dataset-types.js';
import { parseDate } from '../../ml/preparation/dates.js';
import { DistinctNumbers } from './distinct-numbers.js';
import { NumberStats } from './number-stats.js';
import { TableProfiler } from './table-profiler.js';
import { TextStats } from './text-stats.js';

type Cell = number | string | null;

function profile(rows: Cell[][], names: string[] = rows[0].map((_, i) => `c${i}`), named = true): ColumnProfile[] {
  return profiler(rows, names, named).finish().columns;
}

function profiler(rows: Cell[][], names: string[], named = true): TableProfiler {
  const table = new TableProfiler(
    names,
    names.map(() => named),
  );
  const block = new BlockBuilder(names.length, 64);
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (typeof cell === 'number') block.number(column, cell);
      else if (cell === null) block.missing(column);
      else block.text(column, cell);
    });
    block.rows++;
    if (block.full) {
      table.add(block);
      block.clear();
    }
  }
  table.add(block);
  return table;
}

/** Any order of a seeded sequence, uniform in 0..1. */
function* uniform(count: number): Generator<number> {
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('profile', () => {
  it('equals the definitions', () => {
    const cell = fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0) },
      { weight: 5, arbitrary: fc.integer({ min: -5, max: 5 }) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 300 }), (cells) => {
        const [column] = profile(cells.map((value) => [value]));
        const numbers = cells.filter((value) => value !== null).sort((a, b) => a - b);
        const n = numbers.length;
        expect(column.missing).toBe(cells.length - n);
        expect(column.distinct).toBe(new Set(numbers).size);
        expect(column.estimated).toBe(false);
        if (n === 0) return;
        expect([column.min, column.max]).toEqual([numbers[0], numbers[n - 1]]);
        const mean = numbers.reduce((a, b) => a + b, 0) / n;
        const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const scale = Math.max(...numbers.map(Math.abs), 1e-300);
        expect(Math.abs(column.mean! - mean) / scale).toBeLessThan(1e-12);
        if (n > 1) expect(Math.abs(column.std! - Math.sqrt(squares / (n - 1))) / scale).toBeLessThan(1e-12);
        else expect(column.std).toBeUndefined();
        const at = (q: number): number => {
          const rank = (n - 1) * q;
          const low = numbers[Math.floor(rank)];
          return low + (numbers[Math.ceil(rank)] - low) * (rank % 1);
        };
        column.quartiles!.forEach((value, i) => {
          expect(Math.abs(value - at((i + 1) / 4)) / scale).toBeLessThan(1e-12);
        });
        expect(column.histogram!.counts.reduce((a, b) => a + b)).toBe(n);
        expect(column.histogram!.counts).toHaveLength(20);
        for (const { value, count } of column.frequent) {
          expect(numbers.filter((number) => number === value)).toHaveLength(count);
        }
      }),
    );
  });

  it('estimates what it cannot keep, closely', () => {
    const stats = new NumberStats(2 ** 16);
    const values = Float64Array.from(uniform(1_000_000));
    for (let at = 0; at < values.length; at += 32_768) stats.add(values.subarray(at, at + 32_768));
    expect(stats.estimated).toBe(true);
    expect(stats.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 12);
    expect(Math.abs(stats.distinct / new Set(values).size - 1)).toBeLessThan(0.025);
    stats.order().quartiles.forEach((value, i) => {
      expect(Math.abs(value - (i + 1) / 4)).toBeLessThan(0.006);
    });
  });

  it('counts ascending numbers exactly, however many', () => {
    const stats = new NumberStats(256);
    stats.add(Float64Array.from({ length: 100_000 }, (_, i) => i * 3));
    expect(stats.distinct).toBe(100_000);
  });

  it('counts -0 and 0 once', () => {
    const distinct = new DistinctNumbers(16);
    distinct.add(Float64Array.of(0, -0, 1, NaN));
    expect(distinct.size).toBe(2);
  });

  it('keeps frequent words while it forgets rare ones', () => {
    const stats = new TextStats(256);
    for (let i = 0; i < 50_000; i++) {
      stats.add(`rare ${i}`);
      if (i % 5 === 0) stats.add('often');
    }
    const [first] = stats.frequent();
    expect(first.value).toBe('often');
    expect(first.count).toBeGreaterThan(9500);
    expect(first.count).toBeLessThanOrEqual(10_000);
    expect(Math.abs(stats.distinct / 50_001 - 1)).toBeLessThan(0.03);
  });

  const many = (make: (i: number) => Cell, count = 30): Cell[][] => Array.from({ length: count }, (_, i) => [make(i)]);

  it.each<[string, Cell[][], string, string, RegExp]>([
    ['number', many((i) => i * 2), 'x', 'number', /Every value is a number/],
    ['identifier by name', many((i) => i * 2), 'customer_id', 'identifier', /name/],
    ['no identifier when values repeat', many((i) => i % 7), 'customer_id', 'number', /number/],
    ['words', many((i) => 'abc'[i % 3]), 'x', 'category', /3 distinct/],
    ['unique words', many((i) => `u-${i}`), 'x', 'identifier', /of its own/],
    ['sentences', many((i) => `this is sentence number ${i} of a long, long row of them`), 'x', 'text', /long/],
    ['dates', many((i) => `2024-01-${String(i + 1).padStart(2, '0')}`), 'x', 'date', /date/],
    [
      'dates that do not exist',
      many((i) => `2024-02-${String(i + 1).padStart(2, '0')}`),
      'x',
      'identifier',
      /1 of 30 .* do not exist/,
    ],
    ['numbers and a word', many((i) => (i === 6 ? 'six' : i % 5)), 'x', 'category', /row 7: "six"/],
    ['nothing', many(() => null), 'x', 'text', /no value/],
  ])('tells %s', (_, rows, name, type, why) => {
    const [column] = profile(rows, [name]);
    expect(column.type).toBe(type);
    expect(column.why).toMatch(why);
  });

  it('takes a nameless column that counts the rows for an index', () => {
    expect(
      profile(
        many((i) => i),
        ['c0'],
        false,
      )[0].type,
    ).toBe('identifier');
    expect(
      profile(
        many((i) => i),
        ['c0'],
        true,
      )[0].type,
    ).toBe('number');
  });

  it('warns', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => [i, -2 * i, 7, i === 5 ? 1e6 : i % 3, (i * 7919) % 1000]);
    const { warnings } = profiler(rows, ['a', 'b', 'c', 'd', 'e']).finish();
    expect(warnings).toHaveLength(3);
    expect(warnings.join(' ')).toMatch(/"c" is constant.*"d" is extremely skewed.*"a" and "b" .*-1.000/);
  });

  it.each([
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T12:30', '2024-02-29T12:30:00.000Z'],
    ['2024-02-29 12:30:05.25+02:00', '2024-02-29T10:30:05.250Z'],
    ['2024/2/9', '2024-02-09T00:00:00.000Z'],
    ['29.2.2024', '2024-02-29T00:00:00.000Z'],
    ['0099-01-01', '0099-01-01T00:00:00.000Z'],
  ])('reads the date %s', (text, iso) => {
    expect(new Date(parseDate(text, 'day-first')!).toISOString()).toBe(iso);
  });

  it.each(['2023-02-29', '2024-13-01', '2024-01-01T24:00', '31.4.2024'])('knows that %s does not exist', (text) => {
    expect(parseDate(text, 'day-first')).toBeNaN();
  });

  it.each(['2024', '1.2.3', 'yesterday', '2024-1-1', '31.12/2024', '12/31/24'])('leaves %s alone', (text) => {
    expect(parseDate(text, 'day-first')).toBeUndefined();
  });

  it('reads what it is told to come first', () => {
    expect(parseDate('3/4/2024', 'day-first')).toBe(Date.UTC(2024, 3, 3));
    expect(parseDate('3/4/2024', 'month-first')).toBe(Date.UTC(2024, 2, 4));
    expect(parseDate('3/4/2024', 'year-first')).toBeUndefined();
    expect(parseDate('13/4/2024', 'month-first')).toBeNaN();
  });

  describe('dates whose year stands last', () => {
    const told = (dates: string[], order?: 'day-first' | 'month-first') => {
      const table = new TableProfiler(['d'], [true], order);
      const block = new BlockBuilder(1, 64);
      for (const date of dates) {
        block.text(0, date);
        block.rows++;
      }
      table.add(block);
      const { columns, warnings } = table.finish();
      return { ...columns[0], warnings };
    };

    it.each([
      [['3/4/2024', '31/12/2024'], 'day-first', '2024-04-03', '2024-12-31'],
      [['3/4/2024', '12/31/2024'], 'month-first', '2024-03-04', '2024-12-31'],
      [['3.4.2024', '31.12.2024'], 'day-first', '2024-04-03', '2024-12-31'],
      [['3.4.2024', '5.6.2024'], 'day-first', '2024-04-03', '2024-06-05'],
      [['03-04-2024', '31-12-2024', '2025-01-02'], 'day-first', '2024-04-03', '2025-01-02'],
      [['2024-04-03', '2024/12/31'], 'year-first', '2024-04-03', '2024-12-31'],
    ])('tell by their values what comes first: %j', (dates, dateOrder, min, max) => {
      expect(told(dates)).toMatchObject({ type: 'date', dateOrder, min, max, warnings: [] });
    });

    it('stay words where nothing tells, until somebody does', () => {
      const doubtful = ['3/4/2024', '5/6/2024'];
      expect(told(doubtful)).toMatchObject({
        type: 'category',
        why: expect.stringMatching(/^Nothing tells whether the day or the month comes first/),
        warnings: [expect.stringMatching(/day-first or month-first.*"dateOrder"/)],
      });
      expect(told(doubtful, 'month-first')).toMatchObject({
        type: 'date',
        dateOrder: 'month-first',
        max: '2024-05-06',
      });
    });

    it('stay words where they contradict each other, whatever is said', () => {
      expect(told(['31/12/2024', '12/31/2024'], 'day-first')).toMatchObject({
        type: 'category',
        why: expect.stringMatching(/first in some of these dates and the month in others/),
        warnings: [expect.stringMatching(/are day-first and month-first/)],
      });
    });

    it('are told where they do not exist', () => {
      const { type, why, warnings } = told(['31/12/2024', '31/04/2024', '1/5/2024', '30/2/2024']);
      expect({ type, why }).toMatchObject({ type: 'category', why: expect.stringMatching(/^2 of 4 .*do not exist/) });
      expect(warnings).toEqual(['Column "d" has 2 dates that do not exist, the first in row 2: "31/04/2024".']);
    });
  });
});
