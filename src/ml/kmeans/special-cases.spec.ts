import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { centerOf, checkFit, rowOf, tables } from '../../../test/support/clustering.js';
import { alone } from '../kernels/choose.js';
import { fit as fitHere, type FitJobOptions, type Hooks } from './fit.js';

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };
const RUNS = { numRuns: 150, seed: 20 };

/** On the kernel of the thread that asks, and on WebAssembly. */
const KERNELS: [string, typeof fitHere][] = [
  ['plain', fitHere],
  ['WebAssembly', (...call) => alone(() => fitHere(...call))],
];

describe.each(KERNELS)('clusters that run empty (%s)', (_, fit) => {
  it('take the farthest rows, one each, and are told of', () => {
    fc.assert(
      fc.property(tables('uniform', 'clustered'), ({ matrix, k, seed }) => {
        // All centres but the first lie where no row is nearest.
        const centers = new Float64Array(k * matrix.columns).fill(1e6);
        centers.fill(0.5, 0, matrix.columns);
        const init = { centers: { data: centers, rows: k, columns: matrix.columns } };
        const result = fit(matrix, { k, init, seed }, HOOKS);
        checkFit(matrix, result);
        expect(result.warnings.map(({ code }) => code)).toEqual(k === 1 ? [] : ['kmeans.empty_clusters']);
      }),
      RUNS,
    );
  });
});

describe.each(KERNELS)('the cosine metric (%s)', (_, fit) => {
  const tilted = tables('uniform', 'clustered').map(({ matrix, k, seed }) => {
    const data = matrix.data.map((value, i) => value + 0.1 + (i % matrix.columns));
    return { matrix: { ...matrix, data }, k: matrix.columns === 1 ? 1 : k, seed };
  });

  it('gives each row the centre of the smallest angle; centres are of unit length', () => {
    fc.assert(
      fc.property(tilted, ({ matrix, k, seed }) => {
        const { columns } = matrix;
        const result = fit(matrix, { k, seed, metric: 'cosine' }, HOOKS);
        for (let c = 0; c < k; c++) expect(Math.hypot(...centerOf(result, c))).toBeCloseTo(1, 12);
        let inertia = 0;
        for (let i = 0; i < matrix.rows; i++) {
          const row = rowOf(matrix, i).data;
          const norm = Math.hypot(...row);
          const cosines = Array.from({ length: k }, (_, c) =>
            centerOf(result, c).reduce((sum, value, j) => sum + (value * row[j]) / norm, 0),
          );
          expect(cosines[result.labels[i]]).toBeGreaterThanOrEqual(Math.max(...cosines) - 1e-12);
          inertia += 2 - 2 * cosines[result.labels[i]];
        }
        expect(Math.abs(result.inertia! - inertia)).toBeLessThanOrEqual(1e-12 * matrix.rows * columns);
      }),
      RUNS,
    );
  });

  it('does not mind the length of rows', () => {
    fc.assert(
      fc.property(tilted, ({ matrix, k, seed }) => {
        const { columns } = matrix;
        const stretched = matrix.data.map((value, i) => value * 2 ** (((Math.floor(i / columns) * 37) % 1600) - 800));
        const options: FitJobOptions = { k, seed, metric: 'cosine' };
        expect(fit({ ...matrix, data: stretched }, options, HOOKS)).toEqual(fit(matrix, options, HOOKS));
      }),
      RUNS,
    );
  });
});
