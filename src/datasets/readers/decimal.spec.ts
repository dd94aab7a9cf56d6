import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimal } from './decimal.js';

const digits = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

describe('decimal', () => {
  it('reads as Number() does, or not at all', () => {
    let given = 0;
    let read = 0;
    fc.assert(
      fc.property(
        fc.maxSafeInteger().map((n) => Math.abs(n) % 1e15),
        fc.integer({ min: 0, max: 4 }).chain((n) => fc.tuple(fc.constant(n), digits(10 ** n - 1))),
        fc.integer({ min: 0, max: 22 }),
        (head, [tailDigits, tail], fraction) => {
          const text = `${head}${tailDigits ? String(tail).padStart(tailDigits, '0') : ''}`.padStart(23, '0');
          const value = decimal(head, tail, tailDigits, fraction);
          given++;
          if (Number.isNaN(value)) return;
          read++;
          const cut = text.length - fraction;
          expect(value).toBe(Number(`${text.slice(0, cut)}.${text.slice(cut)}`));
        },
      ),
      { numRuns: 20_000 },
    );
    expect(read / given).toBeGreaterThan(0.99);
  });

  it('leaves the middle between two neighbours to Number()', () => {
    // 2^53 + 1 lies between 2^53 and 2^53 + 2.
    expect(decimal(900719925474099, 3, 1, 0)).toBeNaN();
    expect(decimal(900719925474099, 2, 1, 0)).toBe(2 ** 53);
  });
});
