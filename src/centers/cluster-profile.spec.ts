import { describe, expect, it } from '@jest/globals';
import { summarise } from './cluster-profile.js';

describe('summarise', () => {
  const column = (name: string, zScore: number | null) => ({ name, zScore });

  it.each<[string, [string, number | null][], number]>([
    [
      'long petals, wide petals; 50 rows',
      [
        ['petal_length', 1.3],
        ['petal_width', 1.2],
        ['sepal_width', 0.4],
      ],
      50,
    ],
    ['very short petals; 1 row', [['petal length (cm)', -2.5]], 1],
    [
      'high income, young customers; 7 rows',
      [
        ['income', 0.8],
        ['customerAge', -0.6],
        ['constant', null],
      ],
      7,
    ],
    ['low age; 3 rows', [['age', -0.7]], 3],
    [
      'about average in every column; 9 rows',
      [
        ['a', 0.49],
        ['b', null],
      ],
      9,
    ],
    [
      'high a, low b, high c; 2 rows',
      [
        ['a', 1],
        ['b', -1],
        ['c', 1],
        ['d', 1],
      ],
      2,
    ],
    [
      'heavy boxes, large bodies, deep glass; 4 rows',
      [
        ['box_weight_kg', 0.9],
        ['body size', 0.8],
        ['glass.depth', 0.7],
      ],
      4,
    ],
  ])('%s', (sentence, columns, size) => {
    expect(
      summarise(
        columns.map(([name, zScore]) => column(name, zScore)),
        size,
      ),
    ).toBe(sentence);
  });

  it('says how often a cluster has a category', () => {
    const ranked = [column('colour=red', 1), column('colour=blue', -1)];
    const types = new Map([
      ['colour=red', 'category'],
      ['colour=blue', 'category'],
    ] as const);
    expect(summarise(ranked, 1, types)).toBe('often colour=red, seldom colour=blue; 1 row');
  });

  it('says whether its dates are early or late', () => {
    const ranked = [column('order_date', -2.1), column('shipped', 0.6)];
    const types = new Map([
      ['order_date', 'date'],
      ['shipped', 'date'],
    ] as const);
    expect(summarise(ranked, 2, types)).toBe('very early order date, late shipped; 2 rows');
  });
});
