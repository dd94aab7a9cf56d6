import { describe, expect, it } from '@jest/globals';
import { fixture, readTable } from '../../../test/support/golden.js';
import { fitPreparation } from '../preparation/preparation.js';
import type { Matrix } from '../types.js';
import { fit, seed, type Hooks } from './fit.js';

interface SeedingCase {
  readonly data: string;
  readonly k: number;
  readonly scaling: 'none' | 'standard' | 'min-max' | 'robust';
  readonly mean: number;
  readonly standardError: number;
}

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };
const { cases } = JSON.parse(fixture('sklearn-seeding.json')) as { cases: SeedingCase[] };

const prepared = (name: string, scaling: SeedingCase['scaling']): Matrix =>
  fitPreparation(readTable(name).columns, { scaling }).matrix;

describe('greedy k-means++', () => {
  it.each(cases)('starts as well as scikit-learn does on $data, k $k', ({ data, k, scaling, mean, standardError }) => {
    const matrix = prepared(data, scaling);
    const seeds = 200;
    const inertias = Array.from({ length: seeds }, (_, s) => fit(matrix, { k, seed: s }, HOOKS).inertia!);
    const ours = inertias.reduce((sum, value) => sum + value, 0) / seeds;
    const variance = inertias.reduce((sum, value) => sum + (value - ours) ** 2, 0) / (seeds - 1);
    const combined = Math.hypot(standardError, Math.sqrt(variance / seeds));
    expect(Math.abs(ours - mean)).toBeLessThanOrEqual(2 * combined);
  });

  it.each([
    ['iris.csv', 139.8205],
    ['wine.csv', 1277.9285],
  ])('finds the best known clustering of %s in 100 restarts, whatever the seed', (data, best) => {
    const matrix = prepared(data, 'standard');
    for (let s = 0; s < 20; s++) {
      expect(fit(matrix, { k: 3, nInit: 100, seed: s }, HOOKS).inertia).toBeCloseTo(best, 4);
    }
  });

  it('draws distinct rows, the same for the same seed and others for another', () => {
    const { matrix } = readTable('digits.csv');
    const drawn = [0, 0, 1, 2].map((s) => Array.from(seed(matrix, { k: 20, seed: s }, HOOKS).rows));
    expect(drawn[0]).toEqual(drawn[1]);
    expect(new Set(drawn.map(String)).size).toBe(3);
    for (const rows of drawn) expect(new Set(rows).size).toBe(20);
  });

  it('is what a fit begins from, restart by restart', () => {
    const { matrix } = readTable('iris.csv');
    const best = fit(matrix, { k: 4, nInit: 5, seed: 9, tolerance: 0 }, HOOKS);
    const { centers } = seed(matrix, { k: 4, seed: 9, restart: best.restart }, HOOKS);
    const init = { centers: { data: centers, rows: 4, columns: matrix.columns } };
    const again = fit(matrix, { k: 4, init, tolerance: 0 }, HOOKS);
    expect(again.centers).toEqual(best.centers);
    expect(again.labels).toEqual(best.labels);
    expect(again.inertia).toBe(best.inertia);
  });

  it('draws the first row by weight and never one of weight 0', () => {
    const matrix = { data: Float64Array.from({ length: 100 }, (_, i) => i), rows: 100, columns: 1 };
    const weights = new Float64Array(100);
    weights[17] = 1;
    weights[60] = 3;
    weights[61] = 0.5;
    const counts = new Map<number, number>();
    for (let s = 0; s < 900; s++) {
      const { rows } = seed(matrix, { k: 3, seed: s, weights }, HOOKS);
      expect(Array.from(rows).sort((a, b) => a - b)).toEqual([17, 60, 61]);
      counts.set(rows[0], (counts.get(rows[0]) ?? 0) + 1);
    }
    // Shares 2/9, 6/9 and 1/9 of 900, give or take four standard deviations.
    expect(Math.abs(counts.get(17)! - 200)).toBeLessThan(50);
    expect(Math.abs(counts.get(60)! - 600)).toBeLessThan(57);
    expect(Math.abs(counts.get(61)! - 100)).toBeLessThan(38);
  });
});

describe('random starts', () => {
  it('draw every row about as often', () => {
    const matrix = { data: Float64Array.from({ length: 10 }, (_, i) => i), rows: 10, columns: 1 };
    const counts = new Float64Array(10);
    for (let s = 0; s < 2000; s++)
      for (const row of seed(matrix, { k: 3, init: 'random', seed: s }, HOOKS).rows) counts[row]++;
    // 2000 draws of 3 in 10 without replacement: 600 each, standard deviation 20.5.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(82);
  });

  it('prefer distinct rows, however rare', () => {
    const data = new Float64Array(400);
    data[100] = 1;
    data[300] = -0;
    data[399] = 2;
    for (let s = 0; s < 20; s++) {
      const { centers } = seed({ data, rows: 400, columns: 1 }, { k: 3, init: 'random', seed: s }, HOOKS);
      expect(
        Array.from(centers)
          .sort((a, b) => a - b)
          .map(Math.abs),
      ).toEqual([0, 1, 2]);
    }
  });
});

describe('rows of weight 0', () => {
  const matrix = { data: Float64Array.from({ length: 50 }, (_, i) => i), rows: 50, columns: 1 };
  const weights = new Float64Array(50).fill(2, 20, 24);

  it('are never drawn, and do not count as distinct', () => {
    const starts = { data: Float64Array.of(1, 2, 3, 4, 5), rows: 5, columns: 1 };
    for (const init of ['k-means++', 'random'] as const) {
      for (let s = 0; s < 30; s++) {
        const { rows } = seed(matrix, { k: 4, init, seed: s, weights }, HOOKS);
        expect(Array.from(rows).sort((a, b) => a - b)).toEqual([20, 21, 22, 23]);
      }
    }
    for (const init of ['k-means++', 'random', { centers: starts }] as const) {
      expect(() => fit(matrix, { k: 5, init, weights }, HOOKS)).toThrow('4 distinct rows');
    }
  });
});

describe('too few distinct rows', () => {
  const data = Float64Array.from({ length: 60 }, (_, i) => (i >> 1) % 3);
  const matrix = { data, rows: 30, columns: 2 };
  const centers = { data: Float64Array.from([0, 0, 1, 1, 2, 2, 3, 3]), rows: 4, columns: 2 };

  it.each([{ init: 'k-means++' }, { init: 'random' }, { init: { centers } }] as const)(
    'are counted, beginning from $init',
    ({ init }) => {
      const error: unknown = (() => {
        try {
          return fit(matrix, { k: 4, init }, HOOKS);
        } catch (caught) {
          return caught;
        }
      })();
      expect(error).toMatchObject({ code: 'kmeans.too_few_distinct_rows', details: { distinct: 3, k: 4 } });
      expect(fit(matrix, { k: 3, init: init === 'random' ? init : 'k-means++' }, HOOKS).inertia).toBe(0);
    },
  );
});
