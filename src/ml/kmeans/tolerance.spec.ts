import { describe, expect, it } from '@jest/globals';
import { fixture, readTable, rowsOf } from '../../../test/support/golden.js';
import { fit } from './fit.js';

interface ToleranceCase {
  readonly k: number;
  readonly weighted: boolean;
  readonly tolerance: number;
  readonly iterations: number;
  readonly inertia: number;
}

const HOOKS = { interrupt: () => undefined, progress: null };
const { cases } = JSON.parse(fixture('sklearn-tolerance.json')) as { cases: ToleranceCase[] };
const { matrix } = readTable('wine.csv');

describe('a tolerance', () => {
  it.each(cases)(
    'of $tolerance ends a fit where it ends one of scikit-learn (k $k, weighted $weighted)',
    ({ k, weighted, tolerance, iterations, inertia }) => {
      const start = Array.from({ length: k }, (_, c) => Math.floor((c * matrix.rows) / k));
      const weights = Float64Array.from({ length: matrix.rows }, (_, i) => 1 + (i % 3));
      const init = { centers: rowsOf(matrix, start) };
      const found = fit(matrix, { k, init, tolerance, ...(weighted && { weights }) }, HOOKS);
      expect(found.iterations).toBe(iterations);
      expect(Math.abs(found.inertia! / inertia - 1)).toBeLessThan(1e-9);
      expect(found.converged).toBe(true);
    },
  );

  it('that is left out is 1e-4', () => {
    const options = { k: 12, seed: 2 };
    expect(fit(matrix, options, HOOKS)).toEqual(fit(matrix, { ...options, tolerance: 1e-4 }, HOOKS));
    expect(fit(matrix, { ...options, tolerance: 0.3 }, HOOKS).iterations).toBeLessThan(
      fit(matrix, options, HOOKS).iterations,
    );
  });
});

describe('restarts', () => {
  it('that come to the same inertia leave the first', () => {
    // Two pairs of equal rows: every start ends at inertia 0.
    const pairs = { data: Float64Array.of(0, 0, 5, 5), rows: 4, columns: 1 };
    for (let seed = 0; seed < 10; seed++) {
      expect(fit(pairs, { k: 2, nInit: 20, seed }, HOOKS)).toMatchObject({ inertia: 0, restart: 1 });
    }
  });
});
