import { describe, expect, it } from '@jest/globals';
import { toNpy } from './npy-export.js';

describe('toNpy', () => {
  it.each([1, 3, 1000])('writes a table of %i columns as the format says', (columns) => {
    const values = Float64Array.from({ length: 4 * columns }, (_, i) => i / 7);
    const file = Buffer.from(toNpy(values, columns));
    expect(file.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    const start = 10 + file.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(file.subarray(10, start).toString('latin1')).toMatch(
      new RegExp(`^\\{'descr': '<f8', 'fortran_order': False, 'shape': \\(4, ${columns}\\), \\} *\\n$`),
    );
    expect(new Float64Array(Uint8Array.from(file.subarray(start)).buffer)).toEqual(values);
  });
});
