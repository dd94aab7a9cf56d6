import { afterAll, describe, expect, it } from '@jest/globals';
import { KMeansService } from '../ml/kmeans.service.js';
import { fitPreparation, identityPreparation } from '../ml/preparation/preparation.js';
import { placeBy, transitionsOf } from './run-transitions.js';

const engine = new KMeansService({ threads: 1 });
const signal = new AbortController().signal;

afterAll(() => engine.close());

const numbers = (...names: string[]) => names.map((name) => ({ name, type: 'number' as const }));

describe('placeBy', () => {
  const plain = {
    columns: ['y', 'x'],
    preparation: identityPreparation(['y', 'x']),
    trained: Float64Array.of(0, 0, 10, 1),
    k: 2,
    metric: 'euclidean' as const,
  };

  it('finds the columns by name, whatever others are there', async () => {
    const data = Float64Array.of(1, 50, 9, 0, 50, 1);
    expect([...(await placeBy(plain, { data, rows: 2, columns: numbers('x', 'w', 'y') }, engine, signal))]).toEqual([
      1, 0,
    ]);
  });

  it('leaves out rows that the centers would refuse, and no others', async () => {
    const rows = [
      [1, 1],
      [NaN, 1],
      [1, 12],
      [1e308, -1e308],
      [0, NaN],
      [0, 9],
    ];
    const data = Float64Array.from(rows.flat());
    const scaled = {
      ...plain,
      preparation: {
        ...plain.preparation,
        steps: [
          ...plain.preparation.steps,
          { kind: 'scale' as const, rule: 'standard' as const, offset: [0, 0], scale: [1e-3, 1] },
        ],
      },
      trained: Float64Array.of(0, 0, 10_000, 1),
    };
    const labels = await placeBy(scaled, { data, rows: 6, columns: numbers('x', 'y') }, engine, signal);
    expect([...labels]).toEqual([0, -1, 1, -1, -1, 1]);
  });

  it('fills missing values in as the centers were taught to', async () => {
    const values = Float64Array.of(0, 1, NaN, 11, 12);
    const { preparation } = fitPreparation([{ name: 'x', type: 'number', values }], {
      missing: 'zero',
      scaling: 'none',
    });
    const centers = { ...plain, columns: ['x'], preparation, trained: Float64Array.of(11.5, 0.5) };
    const labels = await placeBy(centers, { data: values, rows: 5, columns: numbers('x') }, engine, signal);
    expect([...labels]).toEqual([1, 1, 1, 0, 0]);
  });

  it('goes by the words of a category, not by their numbers in the data set', async () => {
    const { preparation } = fitPreparation(
      [{ name: 'w', type: 'category', dictionary: ['red', 'blue'], values: Float64Array.of(0, 1, 0) }],
      { scaling: 'none', rareShare: 0 },
    );
    const red = preparation.features.findIndex((feature) => feature.includes('red'));
    const trained = Float64Array.from({ length: 4 }, (_, i) => (i === red || i === 2 + (1 - red) ? 1 : 0));
    const columns = [{ name: 'w', type: 'category' as const, dictionary: ['green', 'blue', 'red'] }];
    const table = { data: Float64Array.of(2, 1, NaN, 1), rows: 4, columns };
    expect([...(await placeBy({ ...plain, columns: ['w'], preparation, trained }, table, engine, signal))]).toEqual([
      0, 1, -1, 1,
    ]);
  });

  it('ends when it is told to', async () => {
    const table = { data: Float64Array.of(1, 1), rows: 1, columns: numbers('x', 'y') };
    await expect(placeBy(plain, table, engine, AbortSignal.abort())).rejects.toThrow();
  });
});

describe('transitionsOf', () => {
  it('counts who stayed, who moved and who had no place', () => {
    // Row 1 was left out.
    const before = Int32Array.of(0, 1, 1, 0, -1, 1);
    const after = Int32Array.of(0, 1, 1, 2, 0);
    expect(transitionsOf(before, after, Int32Array.of(0, 2, 3, 4, 5))).toEqual({
      stayed: 2,
      moved: 2,
      unplaced: 1,
      table: [
        { from: 0, to: 0, rows: 1 },
        { from: 0, to: 1, rows: 1 },
        { from: 1, to: 0, rows: 1 },
        { from: 1, to: 1, rows: 1 },
        { from: null, to: 2, rows: 1 },
      ],
      unlisted: 0,
    });
  });

  it('keeps the ten thousand largest entries and tells how many rows the others have', () => {
    const pairs = Array.from({ length: 101 * 101 }, (_, i) => [i % 101, Math.floor(i / 101)]);
    // The last pair has two rows.
    pairs.push([100, 100]);
    const keptRows = Int32Array.from(pairs, (_, i) => i);
    const { table, unlisted, stayed, moved } = transitionsOf(
      Int32Array.from(pairs, ([from]) => from),
      Int32Array.from(pairs, ([, to]) => to),
      keptRows,
    );
    expect(table).toHaveLength(10_000);
    expect(table.at(-1)).toEqual({ from: 100, to: 100, rows: 2 });
    expect(unlisted).toBe(201);
    expect(stayed + moved).toBe(pairs.length);
  });
});
