import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asBuffer, BIGINT, FLOAT64_ARRAY } from './columns.js';

/** As the driver hands bytes over: within a larger buffer, at an offset that suits no array of numbers. */
function asDriverGivesIt(stored: Buffer): Buffer {
  const message = Buffer.alloc(stored.length + 13);
  stored.copy(message, 7);
  return message.subarray(7, 7 + stored.length);
}

describe('column conventions', () => {
  it('keep every bit of a Float64Array', () => {
    const { transformer } = FLOAT64_ARRAY;
    fc.assert(
      fc.property(fc.float64Array(), fc.nat(3), (array, skip) => {
        const given = array.subarray(Math.min(skip, array.length));
        const read = transformer.from(asDriverGivesIt(transformer.to(given) as Buffer)) as Float64Array;
        expect(asBuffer(read).equals(asBuffer(given))).toBe(true);
      }),
    );
  });

  it('read into memory of its own, and leave null alone', () => {
    const stored = Buffer.alloc(16);
    const read = FLOAT64_ARRAY.transformer.from(stored) as Float64Array;
    stored.fill(1);
    expect([...read]).toEqual([0, 0]);
    expect(FLOAT64_ARRAY.transformer.from(null)).toBeNull();
    expect(FLOAT64_ARRAY.transformer.to(null)).toBeNull();
    expect(BIGINT.transformer.to(undefined)).toBeUndefined();
  });

  it('hold 64-bit integers as numbers, exactly or not at all', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(BIGINT.transformer.from(BIGINT.transformer.to(value))).toBe(value);
      }),
    );
    expect(() => BIGINT.transformer.from('9007199254740993') as unknown).toThrow(RangeError);
    expect(() => BIGINT.transformer.to(1.5) as unknown).toThrow(RangeError);
  });
});
