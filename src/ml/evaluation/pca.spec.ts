import { describe, expect, it } from '@jest/globals';
import { fixture } from '../../../test/support/golden.js';
import type { Hooks } from '../kmeans/fit.js';
import type { Matrix } from '../types.js';
import { project } from './project.js';

const HOOKS: Hooks = { interrupt: () => undefined, progress: null };

interface PcaCase {
  readonly rows: number;
  readonly columns: number;
  readonly ratios: number[];
  readonly loadings: number[][];
  readonly points: number[][];
}

const { cases } = JSON.parse(fixture('sklearn-pca.json')) as { cases: PcaCase[] };

// Looked up once: in jest every access to a global goes a long way.
const { imul } = Math;

/** As in make-sklearn.py: the same bits. */
function uniform(rows: number, columns: number, stream: number): Float64Array {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let h = (imul(i, 2654435761) + imul(j, 2246822519) + imul(stream, 3266489917)) >>> 0;
      h = imul(h ^ (h >>> 15), 0x85ebca6b) >>> 0;
      h = imul(h ^ (h >>> 15), 0xc2b2ae35) >>> 0;
      values[i * columns + j] = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
    }
  }
  return values;
}

function wide(rows: number, columns: number): Matrix {
  const hidden = uniform(rows, 6, 1);
  const loadings = uniform(6, columns, 2);
  const offsets = uniform(1, columns, 4);
  const data = uniform(rows, columns, 3);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let value = 0;
      for (let r = 0; r < 6; r++) value += (hidden[i * 6 + r] - 0.5) * (loadings[r * columns + j] - 0.5) * 2 ** (3 - r);
      data[i * columns + j] = value + (data[i * columns + j] - 0.5) + offsets[j] * 1000;
    }
  }
  return { data, rows, columns };
}

describe('principal components', () => {
  it.each(cases)('are those of scikit-learn, $rows x $columns', ({ rows, columns, ratios, loadings, points }) => {
    const matrix = wide(rows, columns);
    const centers = { data: matrix.data.subarray(0, 10 * columns), rows: 10, columns };
    const found = project(matrix, { components: ratios.length, centers, limit: 20, seed: 3 }, HOOKS);
    const size = Math.max(...points.flat().map(Math.abs));
    ratios.forEach((ratio, c) => {
      expect(Math.abs(found.explainedVarianceRatio[c] - ratio)).toBeLessThanOrEqual(1e-9 * ratio);
      loadings[c].forEach((loading, j) => {
        expect(Math.abs(found.axes[c * columns + j] - loading)).toBeLessThanOrEqual(1e-6);
      });
      points.forEach((point, i) => {
        expect(Math.abs(found.centers![i * ratios.length + c] - point[c])).toBeLessThanOrEqual(1e-6 * size);
      });
    });
    expect(found.rows).toHaveLength(Math.min(20, rows));
    found.rows.forEach((row, at) => {
      if (row >= 10) return;
      const place = (values: Float64Array, i: number): number[] =>
        Array.from(values.subarray(i * ratios.length, (i + 1) * ratios.length));
      expect(place(found.points, at)).toEqual(place(found.centers!, row));
    });
  });

  it('keeps its axes orthonormal, its largest loading positive and its bits', () => {
    const matrix = wide(200, 200);
    const found = project(matrix, { components: 5 }, HOOKS);
    for (let a = 0; a < 5; a++) {
      const axis = found.axes.subarray(a * 200, (a + 1) * 200);
      expect(axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)).toBeGreaterThan(0);
      for (let b = 0; b <= a; b++) {
        const product = axis.reduce((sum, value, j) => sum + value * found.axes[b * 200 + j], 0);
        expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-12);
      }
    }
    expect(project(matrix, { components: 5 }, HOOKS)).toEqual(found);
  });

  it.each([4, 300])('finds all of several equal eigenvalues in %i columns', (columns) => {
    // Rows +-e_j for the first four columns: four directions of the same variance, none elsewhere.
    const data = new Float64Array(8 * columns);
    for (let i = 0; i < 8; i++) data[i * columns + (i >> 1)] = i % 2 === 0 ? 1 : -1;
    const { explainedVarianceRatio } = project({ data, rows: 8, columns }, { components: 4 }, HOOKS);
    for (const ratio of explainedVarianceRatio) expect(ratio).toBeCloseTo(0.25, 12);
  });

  it.each([1, 5, 200])('has nothing to explain where no column varies (%i)', (columns) => {
    const matrix = { data: new Float64Array(3 * columns).fill(7), rows: 3, columns };
    const found = project(matrix, { centers: { ...matrix, rows: 3 } }, HOOKS);
    expect(found.components).toBe(Math.min(2, columns));
    expect(Array.from(found.explainedVarianceRatio)).toEqual(new Array(found.components).fill(0));
    for (const value of [...found.points, ...found.centers!]) expect(Math.abs(value)).toBe(0);
  });

  it.each([-900, 900])('has the same axes for data times 2^%i', (exponent) => {
    const matrix = wide(100, 6);
    const scaled = { ...matrix, data: matrix.data.map((value) => value * 2 ** exponent) };
    const found = project(matrix, {}, HOOKS);
    const other = project(scaled, {}, HOOKS);
    expect(other.axes).toEqual(found.axes);
    expect(other.explainedVarianceRatio).toEqual(found.explainedVarianceRatio);
    expect(other.points).toEqual(found.points.map((value) => value * 2 ** exponent));
  });
});
