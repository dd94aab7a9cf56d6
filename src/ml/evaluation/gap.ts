import { EngineError } from '../errors.js';
import { fit, type Hooks } from '../kmeans/fit.js';
import { Generator } from '../kmeans/generator.js';
import type { Gap, GapOptions, Matrix } from '../types.js';
import { sampleRows, takeRows } from './groups.js';

export type GapJobOptions = Omit<GapOptions, 'signal'>;

/** Streams of the generator far from those of restarts. */
const STREAM = 2 ** 31;

/**
 * The gap statistic (Tibshirani, Walther and Hastie 2001): by how much the logarithm of the inertia falls below what
 * data without clusters would give, uniform in the box that the rows fill (their reference (a)). Taken on a seeded sample
 * of the rows, each fit from one seeding.
 */
export function gap(matrix: Matrix, options: GapJobOptions, hooks: Hooks): Gap {
  const { ks, seed = 0, references = 10, rows = 1000 } = options;
  const sample = takeRows(matrix, sampleRows(matrix.rows, rows, seed));
  const own = logInertias(sample, ks, seed, hooks);
  const others = Array.from({ length: references }, (_, b) =>
    logInertias(uniformLike(sample, new Generator(seed, STREAM + b)), ks, seed, hooks),
  );
  const gaps = ks.map((_, i) => {
    const mean = others.reduce((sum, logs) => sum + logs[i], 0) / references;
    const variance = others.reduce((sum, logs) => sum + (logs[i] - mean) ** 2, 0) / references;
    return { value: mean - own[i], error: Math.sqrt(variance * (1 + 1 / references)) };
  });
  const finite = gaps.map(({ value, error }) => (Number.isFinite(value) && Number.isFinite(error) ? value : NaN));
  return {
    values: Float64Array.from(finite),
    errors: Float64Array.from(gaps, ({ error }) => error),
    rows: sample.rows,
  };
}

/** NaN where the sample has fewer distinct rows than clusters, or every row is a centre. */
function logInertias(matrix: Matrix, ks: readonly number[], seed: number, hooks: Hooks): number[] {
  return ks.map((k) => {
    if (k >= matrix.rows) return NaN;
    try {
      const { inertia } = fit(matrix, { k, seed }, { interrupt: hooks.interrupt, progress: null });
      return inertia === null || inertia === 0 ? NaN : Math.log(inertia);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'kmeans.too_few_distinct_rows') return NaN;
      throw error;
    }
  });
}

function uniformLike({ data, rows, columns }: Matrix, generator: Generator): Matrix {
  const low = new Float64Array(columns).fill(Infinity);
  const high = new Float64Array(columns).fill(-Infinity);
  data.forEach((value, i) => {
    low[i % columns] = Math.min(low[i % columns], value);
    high[i % columns] = Math.max(high[i % columns], value);
  });
  const uniform = Float64Array.from(data, (_, i) => {
    const j = i % columns;
    return low[j] + (high[j] - low[j]) * generator.uniform();
  });
  return { data: uniform, rows, columns };
}
