import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ALL, bruteForce, centerOf, checkFit, rowOf, tables } from '../../../test/support/clustering.js';
import { rowsOf } from '../../../test/support/golden.js';
import type { FitResult, Matrix } from '../types.js';
import { alone } from '../kernels/choose.js';
import { fit as fitHere, type FitJobOptions, type Hooks } from './fit.js';
import { Generator } from './generator.js';

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };
const RUNS = { numRuns: 150, seed: 20 };

/** The result without what a law leaves open. */
function essence({ centers, labels, inertia, iterations, sizes }: FitResult): object {
  return { centers, labels, inertia, iterations, sizes };
}

/** On the kernel of the thread that asks, and on WebAssembly. */
const KERNELS: [string, typeof fitHere][] = [
  ['plain', fitHere],
  ['WebAssembly', (...call) => alone(() => fitHere(...call))],
];

describe.each(KERNELS)('every fit (%s)', (_, fit) => {
  it('ends with labels that are a float64 brute-force argmin, and no empty cluster', () => {
    fc.assert(
      fc.property(
        tables(...ALL),
        fc.constantFrom('k-means++' as const, 'random' as const),
        fc.constantFrom(0, 1e-4, 0.5),
        fc.constantFrom(1, 2, 300),
        ({ matrix, k, seed }, init, tolerance, maxIterations) => {
          checkFit(matrix, fit(matrix, { k, seed, init, tolerance, maxIterations }, HOOKS));
        },
      ),
      { ...RUNS, numRuns: 400 },
    );
  });

  it('gives ties to the lowest number, numbered as it began', () => {
    fc.assert(
      fc.property(tables('grid', 'duplicates'), ({ matrix, k, seed }) => {
        const result = fit(matrix, { k, seed, order: 'initial', tolerance: 0 }, HOOKS);
        expect(result.labels).toEqual(bruteForce(matrix, result.centers).labels);
      }),
      RUNS,
    );
  });

  it('gives the same bits again', () => {
    fc.assert(
      fc.property(tables(...ALL), ({ matrix, k, seed }) => {
        const options: FitJobOptions = { k, seed, nInit: 3 };
        expect(fit(matrix, options, HOOKS)).toEqual(fit(matrix, options, HOOKS));
      }),
      RUNS,
    );
  });

  it('numbers clusters by falling size, ties by the smaller centre', () => {
    fc.assert(
      fc.property(tables(...ALL), ({ matrix, k, seed }) => {
        const result = fit(matrix, { k, seed }, HOOKS);
        for (let c = 1; c < k; c++) {
          if (result.sizes[c - 1] !== result.sizes[c]) {
            expect(result.sizes[c - 1]).toBeGreaterThan(result.sizes[c]);
            continue;
          }
          const a = centerOf(result, c - 1);
          const b = centerOf(result, c);
          const j = a.findIndex((value, at) => value !== b[at]);
          expect(a[j]).toBeLessThan(b[j]);
        }
      }),
      RUNS,
    );
  });

  it('never gets worse by further iterations or restarts', () => {
    fc.assert(
      fc.property(tables(...ALL), fc.integer({ min: 1, max: 6 }), ({ matrix, k, seed }, cap) => {
        const inertia = (options: Partial<FitJobOptions>): number =>
          fit(matrix, { k, seed, tolerance: 0, ...options }, HOOKS).inertia!;
        const slack = 1 + 1e-12;
        expect(inertia({ maxIterations: cap + 1 })).toBeLessThanOrEqual(inertia({ maxIterations: cap }) * slack);
        expect(inertia({ nInit: cap + 1 })).toBeLessThanOrEqual(inertia({ nInit: cap }));
      }),
      RUNS,
    );
  });

  it('is a fixed point: beginning from its centres changes no bit', () => {
    fc.assert(
      fc.property(tables(...ALL), ({ matrix, k, seed }) => {
        const result = fit(matrix, { k, seed, tolerance: 0 }, HOOKS);
        fc.pre(result.converged);
        const init = { centers: { data: result.centers, rows: k, columns: matrix.columns } };
        const again = fit(matrix, { k, init, tolerance: 0, order: 'initial' }, HOOKS);
        expect(again.centers).toEqual(result.centers);
        expect(again.inertia).toBe(bruteForceInertia(matrix, again));
        expect(again.iterations).toBeLessThanOrEqual(2);
      }),
      RUNS,
    );
  });

  it('resumed after 16 iterations ends with the same bits', () => {
    const generator = new Generator(1, 1);
    const data = Float64Array.from({ length: 9000 }, () => generator.uniform());
    const matrix = { data, rows: 3000, columns: 3 };
    for (const k of [30, 60]) {
      const options: FitJobOptions = { k, seed: k, tolerance: 0, order: 'initial' };
      const whole = fit(matrix, options, HOOKS);
      expect(whole.iterations).toBeGreaterThan(17);
      const { centers } = fit(matrix, { ...options, maxIterations: 16 }, HOOKS);
      const init = { centers: { data: centers, rows: k, columns: matrix.columns } };
      const resumed = fit(matrix, { ...options, init }, HOOKS);
      expect({ ...essence(resumed), iterations: resumed.iterations + 16 }).toEqual(essence(whole));
    }
  });
});

/** In the engine's order of summing. */
function bruteForceInertia(matrix: Matrix, { centers, labels }: FitResult): number {
  let sum = 0;
  for (let p = 0; p < 16; p++) {
    let part = 0;
    for (let i = Math.floor((matrix.rows * p) / 16); i < Math.floor((matrix.rows * (p + 1)) / 16); i++) {
      const from = labels[i] * matrix.columns;
      part += bruteForce(rowOf(matrix, i), centers.slice(from, from + matrix.columns)).inertia;
    }
    sum += part;
  }
  return sum;
}

describe.each(KERNELS)('laws between fits (%s)', (_, fit) => {
  it('data times 2^e give the same labels, and centres times 2^e', () => {
    fc.assert(
      fc.property(tables(...ALL), fc.integer({ min: -900, max: 900 }), ({ matrix, k, seed }, exponent) => {
        const factor = 2 ** exponent;
        const result = fit(matrix, { k, seed }, HOOKS);
        const scaled = fit({ ...matrix, data: matrix.data.map((value) => value * factor) }, { k, seed }, HOOKS);
        expect(scaled.labels).toEqual(result.labels);
        expect(scaled.centers).toEqual(result.centers.map((value) => value * factor));
        expect(scaled.iterations).toBe(result.iterations);
        const inertia = result.inertia! * factor * factor;
        if (Number.isFinite(inertia)) expect(scaled.inertia).toBe(inertia);
        else expect(scaled.inertia).toBeNull();
      }),
      RUNS,
    );
  });

  it('the same values in float32 and float64 give the same bits', () => {
    fc.assert(
      fc.property(tables(...ALL), ({ matrix, k, seed }) => {
        const single = Float32Array.from(matrix.data);
        fc.pre(new Set(single).size >= new Set(matrix.data).size);
        const double = { ...matrix, data: Float64Array.from(single) };
        expect(fit({ ...matrix, data: single }, { k, seed }, HOOKS)).toEqual(fit(double, { k, seed }, HOOKS));
      }),
      RUNS,
    );
  });

  it('rows in another order give the same clusters (whole numbers, whose sums are exact)', () => {
    fc.assert(
      fc.property(tables('grid', 'duplicates'), fc.nat(), ({ matrix: { data, rows, columns }, k, seed }, shuffle) => {
        const whole = data.map((value) => Math.floor(value * 8));
        const matrix = { data: whole, rows, columns };
        const centers = rowsOf(
          matrix,
          Array.from({ length: k }, (_, c) => Math.floor((c * rows) / k)),
        );
        const generator = new Generator(shuffle >>> 0, 1);
        const order = Array.from({ length: rows }, (_, i) => [generator.uniform(), i] as const)
          .sort(([a], [b]) => a - b)
          .map(([, i]) => i);
        const options: FitJobOptions = { k, init: { centers }, tolerance: 0, seed, order: 'initial' };
        let result: FitResult;
        try {
          result = fit(matrix, options, HOOKS);
        } catch (error) {
          expect(error).toMatchObject({ code: 'kmeans.too_few_distinct_rows' });
          return;
        }
        // Which row an empty cluster takes goes by row number.
        fc.pre(result.warnings.length === 0);
        const shuffled = fit(rowsOf(matrix, order), options, HOOKS);
        expect(shuffled.centers).toEqual(result.centers);
        expect(Array.from(shuffled.labels)).toEqual(order.map((i) => result.labels[i]));
      }),
      RUNS,
    );
  });

  it('a row of weight 3 counts as three rows (whole numbers)', () => {
    fc.assert(
      fc.property(tables('grid'), ({ matrix, k, seed }) => {
        const generator = new Generator(seed, 9);
        const weights = Float64Array.from({ length: matrix.rows }, () => 1 + generator.below(3));
        const repeated = Array.from(weights).flatMap((weight, i) => new Array<number>(weight).fill(i));
        const { rows } = seedRows(matrix, k, seed);
        const init = { centers: rowsOf(matrix, rows) };
        const weighted = fit(matrix, { k, init, weights, tolerance: 0, order: 'initial' }, HOOKS);
        fc.pre(weighted.warnings.length === 0);
        const plain = fit(rowsOf(matrix, repeated), { k, init, tolerance: 0, order: 'initial' }, HOOKS);
        expect(weighted.centers).toEqual(plain.centers);
        expect(repeated.map((i) => weighted.labels[i])).toEqual(Array.from(plain.labels));
        expect(Math.abs(weighted.inertia! - plain.inertia!)).toBeLessThanOrEqual(1e-12 * plain.inertia!);
      }),
      RUNS,
    );
  });

  it('weights times a constant change nothing but the inertia', () => {
    fc.assert(
      fc.property(tables(...ALL), fc.constantFrom(2 ** -1000, 0.25, 2 ** 900), ({ matrix, k, seed }, factor) => {
        const generator = new Generator(seed, 9);
        const weights = Float64Array.from({ length: matrix.rows }, () => 0.5 + generator.uniform());
        const result = fit(matrix, { k, seed, weights }, HOOKS);
        const other = fit(matrix, { k, seed, weights: weights.map((weight) => weight * factor) }, HOOKS);
        expect(other.centers).toEqual(result.centers);
        expect(other.labels).toEqual(result.labels);
        expect(other.inertia! / factor).toBeCloseTo(result.inertia!, 9);
      }),
      RUNS,
    );
  });

  it('well-parted data moved as a whole keep their clusters', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: -1e6, max: 1e6, noNaN: true }), (seed, shift) => {
        const generator = new Generator(seed >>> 0, 3);
        const data = Float64Array.from({ length: 200 }, (_, i) => ((i >> 1) % 4) * 10 + generator.uniform());
        const matrix = { data, rows: 100, columns: 2 };
        const moved = { ...matrix, data: data.map((value) => value + shift) };
        const options: FitJobOptions = { k: 4, nInit: 10, seed: seed >>> 0 };
        const sizes = (result: FitResult): number[] => Array.from(result.sizes);
        expect(sizes(fit(moved, options, HOOKS))).toEqual(sizes(fit(matrix, options, HOOKS)));
        expect(sizes(fit(matrix, options, HOOKS))).toEqual([25, 25, 25, 25]);
      }),
      { ...RUNS, numRuns: 50 },
    );
  });
});

function seedRows(matrix: Matrix, k: number, seed: number): { rows: number[] } {
  const seen = new Map<string, number>();
  for (let i = 0; i < matrix.rows; i++) {
    const key = String(rowOf(matrix, (i + seed) % matrix.rows).data);
    if (!seen.has(key)) seen.set(key, (i + seed) % matrix.rows);
  }
  return { rows: [...seen.values()].slice(0, k) };
}
