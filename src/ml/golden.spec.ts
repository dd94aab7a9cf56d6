import { afterAll, describe, expect, it } from '@jest/globals';
import { goldenCases, readTable, rowsOf } from '../../test/support/golden.js';
import { KMeansService } from './kmeans.service.js';
import { fitPreparation } from './preparation/preparation.js';

const engine = new KMeansService();
afterAll(() => engine.close());

const close = (actual: number | null, expected: number): void => {
  expect(actual).not.toBeNull();
  expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
};

describe.each(goldenCases())('scikit-learn on $name', (golden) => {
  const { matrix } = fitPreparation(readTable(golden.data).columns, { scaling: golden.scaling });
  const options = { k: golden.k, init: { centers: rowsOf(matrix, golden.initRows) }, tolerance: 0 };

  it('ends at the same partition, centres and inertia after as many iterations', async () => {
    const result = await engine.fit(matrix, { ...options, order: 'initial' });
    expect(Array.from(result.labels)).toEqual(golden.labels);
    expect(Array.from(result.sizes)).toEqual(golden.sizes);
    close(result.inertia, golden.inertia);
    expect(result.iterations).toBe(golden.iterations);
    expect(result.converged).toBe(true);
    golden.centers.flat().forEach((value, j) => {
      expect(result.centers[j]).toBeCloseTo(value, 9);
    });
  });

  it('numbers the clusters by falling size', async () => {
    const { sizes, labels } = await engine.fit(matrix, options);
    expect(Array.from(sizes)).toEqual(golden.sizes.toSorted((a, b) => b - a));
    const counted = new Int32Array(golden.k);
    for (const label of labels) counted[label]++;
    expect(counted).toEqual(sizes);
  });

  it('scores the same', async () => {
    const { centers, labels, inertia } = await engine.fit(matrix, options);
    const scores = await engine.evaluate(matrix, {
      centers: { data: centers, rows: golden.k, columns: matrix.columns },
      labels,
    });
    close(scores.silhouette, golden.silhouette);
    expect(scores.silhouetteRows).toBe(matrix.rows);
    close(scores.calinskiHarabasz, golden.calinskiHarabasz);
    close(scores.daviesBouldin, golden.daviesBouldin);
    close(scores.inertia, golden.inertia);
    expect(scores.inertia).toBe(inertia);
  });

  it('explains the same variance by two components', async () => {
    const { explainedVarianceRatio } = await engine.project(matrix);
    golden.explainedVariance.forEach((ratio, c) => {
      close(explainedVarianceRatio[c], ratio);
    });
  });
});
