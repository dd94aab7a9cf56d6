import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupByLabel } from './groups.js';
import { type ColumnProfile, profileColumns } from './profile.js';

function profile(values: number[][], labels: number[], k: number): ColumnProfile {
  const matrix = { data: Float64Array.from(values.flat()), rows: values.length, columns: values[0].length };
  return profileColumns(matrix, Int32Array.from(labels), groupByLabel(Int32Array.from(labels), k));
}

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviationOf = (values: number[]): number =>
  Math.sqrt(meanOf(values.map((value) => (value - meanOf(values)) ** 2)));

describe('profileColumns', () => {
  it('takes means and deviations as they are defined', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -9, max: 9 }), fc.nat(2)), {
          minLength: 1,
        }),
        (rows) => {
          const found = profile(
            rows.map(([a, b]) => [a, b]),
            rows.map(([, , label]) => label),
            3,
          );
          for (const j of [0, 1] as const) {
            expect(found.columnMeans[j]).toBeCloseTo(meanOf(rows.map((row) => row[j])), 10);
            expect(found.columnDeviations[j]).toBeCloseTo(deviationOf(rows.map((row) => row[j])), 10);
            for (let c = 0; c < 3; c++) {
              const own = rows.filter(([, , label]) => label === c).map((row) => row[j]);
              expect(found.clusterMeans[c * 2 + j]).toBeCloseTo(own.length === 0 ? 0 : meanOf(own), 10);
              expect(found.clusterDeviations[c * 2 + j]).toBeCloseTo(own.length === 0 ? 0 : deviationOf(own), 10);
            }
          }
        },
      ),
    );
  });

  it.each([1e300, 1, 1e-300, 5e-324])('stays finite and exact around %p', (unit) => {
    const found = profile([[unit], [3 * unit], [8 * unit]], [0, 0, 1], 2);
    expect([...found.clusterMeans].map((mean) => mean / unit)).toEqual([2, 8]);
    expect(found.columnMeans[0] / unit).toBeCloseTo(4, unit < 1e-320 ? 0 : 12);
    if (unit > 1e-320) expect(found.clusterDeviations[0] / unit).toBeCloseTo(1, 12);
  });
});
