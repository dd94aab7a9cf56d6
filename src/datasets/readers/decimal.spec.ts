import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimal } from './decimal.js';

const target = new Float64Array(1);
function read(first: number, second: number, secondDigits: number, digits: number, fraction: number): number {
  decimal(target, 0, first, second, secondDigits, digits, fraction);
  return target[0];
}

const part = (digits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 10 ** digits - 1 });
const parts = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .filter(([first, second]) => first === 9 || second === 0)
  .chain(([first, second]) => fc.tuple(part(first), part(second), fc.constant(first), fc.constant(second)));

describe('decimal', () => {
  it('reads as Number() does, or not at all', () => {
    let given = 0;
    let taken = 0;
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 22 }), ([first, second, firstDigits, secondDigits], fraction) => {
        const text = `${first}${secondDigits ? String(second).padStart(secondDigits, '0') : ''}`.padStart(30, '0');
        const value = read(first, second, secondDigits, firstDigits + secondDigits, fraction);
        given++;
        if (Number.isNaN(value)) return;
        taken++;
        const cut = text.length - fraction;
        expect(value).toBe(Number(`${text.slice(0, cut)}.${text.slice(cut)}`));
      }),
      { numRuns: 20_000 },
    );
    expect(taken / given).toBeGreaterThan(0.99);
  });

  it('leaves the middle between two neighbours to Number()', () => {
    // 2^53 + 1 lies between 2^53 and 2^53 + 2.
    expect(read(900719925, 4740993, 7, 16, 0)).toBeNaN();
    expect(read(900719925, 4740992, 7, 16, 0)).toBe(2 ** 53);
  });
});
