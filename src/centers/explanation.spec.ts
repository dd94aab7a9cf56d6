import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identityPreparation } from '../ml/preparation/preparation.js';
import { explainChoice } from './explanation.js';
import type { Model } from './models.js';

function modelOf(centers: number[][], metric: Model['metric'] = 'euclidean'): Model {
  const columns = centers[0].length;
  const names = centers[0].map((_, j) => `c${j}`);
  return {
    centersId: '',
    preparation: identityPreparation(names),
    names: new Set(names),
    metric,
    centers: { data: Float64Array.from(centers.flat()), rows: centers.length, columns },
    outlierDistances: new Float64Array(centers.length).fill(NaN),
    idColumn: null,
  };
}

const squared = (a: number[], b: number[]): number => a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0);

describe('explainChoice', () => {
  it('gives terms that sum to the difference of the squared distances', () => {
    const vector = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(vector, vector, vector, (row, near, far) => {
        const { contributions, difference } = explainChoice(modelOf([near, far]), row, 0, 1);
        expect([...contributions].reduce((sum, term) => sum + term, 0)).toBe(difference);
        // Whole numbers: nothing is rounded.
        expect(difference).toBe(squared(row, far) - squared(row, near));
        contributions.forEach((term, j) => {
          // + 0: a term may be a negative zero.
          expect(term + 0).toBe((row[j] - far[j]) ** 2 - (row[j] - near[j]) ** 2);
        });
      }),
    );
  });

  it('gives one term a column, whatever the number of its features', () => {
    const names = ['a', 'colour', 'b'];
    const columns: Model['preparation']['columns'] = [
      { name: 'a', type: 'number' },
      { name: 'colour', type: 'category', categories: ['blue', 'green', 'red'], rare: [] },
      { name: 'b', type: 'number' },
    ];
    const vector = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(vector, vector, vector, (row, near, far) => {
        const model = modelOf([near, far]);
        const preparation = { ...model.preparation, columns };
        const { contributions, difference } = explainChoice(
          { ...model, preparation, names: new Set(names) },
          row,
          0,
          1,
        );
        expect(contributions).toHaveLength(3);
        expect([...contributions].reduce((sum, term) => sum + term, 0)).toBe(difference);
        expect(difference).toBeCloseTo(squared(row, far) - squared(row, near), 9);
        const colour = (other: number[]): number => squared(row.slice(1, 4), other.slice(1, 4));
        expect(contributions[1]).toBeCloseTo(colour(far) - colour(near), 9);
      }),
      { seed: 1 },
    );
  });

  it('says nothing of a column in which both centres agree', () => {
    const { contributions } = explainChoice(
      modelOf([
        [0, 5],
        [4, 5],
      ]),
      [1, 99],
      0,
      1,
    );
    expect([...contributions]).toEqual([8, 0]);
  });

  it('measures on the unit sphere where the metric is cosine', () => {
    const { difference } = explainChoice(
      modelOf(
        [
          [1, 0],
          [0, 1],
        ],
        'cosine',
      ),
      [3, 4],
      1,
      0,
    );
    expect(difference).toBeCloseTo(squared([0.6, 0.8], [1, 0]) - squared([0.6, 0.8], [0, 1]), 15);
  });
});
