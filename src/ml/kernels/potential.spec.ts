import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Potential, rounded, STRETCH } from './potential.js';

/** Masses that stand in an array, added up in whatever order. */
function potentialOf(masses: Float64Array, order = Array.from(masses.keys())): Potential {
  return new Potential(masses.length, {
    largest: () => masses.reduce((a, b) => Math.max(a, b), 0),
    addUp: (magnet, sums) => {
      sums.fill(0);
      for (const row of order) sums[Math.floor(row / STRETCH)] += rounded(masses[row], magnet);
    },
    list: (stretch, out) => {
      out.set(masses.subarray(stretch * STRETCH, stretch * STRETCH + out.length));
    },
  });
}

/** Masses of any size, from subnormal ones to 2^60. */
const mass = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 20 }), fc.constantFrom(-1074, -1040, -60, -20, -1, 0, 1, 40))
  .map(([digits, exponent]) => digits * 2 ** exponent);
const table = fc
  .array(mass, { minLength: 1, maxLength: 3 * STRETCH, size: 'max' })
  .map((all) => Float64Array.from(all));

describe('the potential of a seeding', () => {
  it('is the same in any order of the rows, and the sum of the masses but for its doubt', () => {
    fc.assert(
      fc.property(table, fc.infiniteStream(fc.nat()), (masses, keys) => {
        const potential = potentialOf(masses);
        potential.settle();
        const drawn = new Map(Array.from(masses.keys(), (row) => [row, keys.next().value as number]));
        const shuffled = Array.from(masses.keys()).sort((a, b) => drawn.get(a)! - drawn.get(b)!);
        const other = potentialOf(masses, shuffled);
        other.settle();
        expect(other.total).toBe(potential.total);
        const sum = masses.reduce((a, b) => a + b, 0);
        expect(Math.abs(potential.total - sum)).toBeLessThanOrEqual(potential.doubt + masses.length * 2 ** -52 * sum);
        expect(potential.total > 0).toBe(sum > 0);
      }),
      { numRuns: 200 },
    );
  });

  it('adds up the largest masses of a stretch without rounding', () => {
    for (const largest of [1, 1 + 2 ** -52, 2 - 2 ** -52, 2 ** 60 * (1 + 2 ** -52)]) {
      const masses = new Float64Array(STRETCH).fill(largest);
      const potential = potentialOf(masses);
      potential.settle();
      const units = (value: number): bigint => BigInt(value / (potential.attraction * 2 ** -52));
      const unit = units(rounded(largest, potential.attraction));
      expect(units(potential.total)).toBe(unit * BigInt(STRETCH));
    }
  });

  it('draws every row by its share of it', () => {
    fc.assert(
      fc.property(table, fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true }), (masses, share) => {
        const potential = potentialOf(masses);
        potential.settle();
        if (potential.total === 0) return;
        const row = potential.draw(share);
        const upTo = (end: number): number => masses.subarray(0, end).reduce((a, b) => a + b, 0);
        const slack = 2 * (potential.doubt + masses.length * 2 ** -52 * potential.total);
        expect(masses[row]).toBeGreaterThan(0);
        expect(upTo(row)).toBeLessThanOrEqual(share * potential.total + slack);
        expect(upTo(row + 1)).toBeGreaterThanOrEqual(share * potential.total - slack);
      }),
      { numRuns: 300 },
    );
  });

  it('draws at the very borders of rows and stretches the one that begins there', () => {
    const masses = new Float64Array(2 * STRETCH).fill(1);
    masses[5] = 0;
    masses[STRETCH] = 0;
    const potential = potentialOf(masses);
    potential.settle();
    expect(potential.total).toBe(2 * STRETCH - 2);
    const at = (mass: number): number => potential.draw(mass / potential.total);
    expect([0, 1, 4, 5, STRETCH - 2, STRETCH - 1, STRETCH].map(at)).toEqual([
      0,
      1,
      4,
      6,
      STRETCH - 1,
      STRETCH + 1,
      STRETCH + 2,
    ]);
    expect(potential.draw(1)).toBe(2 * STRETCH - 1);
  });

  it('gets finer units once it has fallen low', () => {
    const masses = Float64Array.from({ length: 100 }, (_, i) => (i === 50 ? 1e30 : 1e-3 * (i + 1)));
    const potential = potentialOf(masses);
    potential.settle();
    expect(potential.draw(0.999)).toBe(50);
    masses[50] = 0;
    potential.settle();
    expect(potential.total).toBeCloseTo(1e-3 * (5050 - 51), 9);
    expect(potential.draw(0.5)).toBe(70);
    masses.fill(0);
    potential.settle();
    expect(potential.total).toBe(0);
  });
});
