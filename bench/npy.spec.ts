import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readNpy, writeNpy } from './npy.js';

const folder = mkdtempSync(join(tmpdir(), 'npy-'));
const path = (name: string): string => join(folder, name);

/** Version 1.0 as NumPy writes it, built here by hand. */
function numpyFile(header: string, values: Uint8Array): Buffer {
  const padded = header.padEnd(117) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded, 'latin1'), values]);
}

const bytesOf = (values: Float32Array | Float64Array): Uint8Array => new Uint8Array(values.buffer);

describe('npy files', () => {
  it('reads float32 of three axes as NumPy lays it out', () => {
    const values = Float32Array.from([1, -2.5, 3e30, 4, 5, 6, 7, 8]);
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 2), }";
    writeFileSync(path('a.npy'), numpyFile(header, bytesOf(values)));
    const read = readNpy(path('a.npy'));
    expect(read.shape).toEqual([2, 2, 2]);
    expect(read.data).toBeInstanceOf(Float32Array);
    expect(Array.from(read.data)).toEqual(Array.from(values));
  });

  it('reads a single axis of float64', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    writeFileSync(path('b.npy'), numpyFile(header, bytesOf(Float64Array.from([0.1, 0.2, 0.3]))));
    const read = readNpy(path('b.npy'));
    expect(read.shape).toEqual([3]);
    expect(Array.from(read.data)).toEqual([0.1, 0.2, 0.3]);
  });

  it('reads Fortran order, the first index running fastest', () => {
    const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    writeFileSync(path('h.npy'), numpyFile(header, bytesOf(Float32Array.of(1, 4, 2, 5, 3, 6))));
    expect(readNpy(path('h.npy'))).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
    const cube = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2, 2), }";
    writeFileSync(path('i.npy'), numpyFile(cube, bytesOf(Float64Array.of(0, 4, 2, 6, 1, 5, 3, 7))));
    expect(Array.from(readNpy(path('i.npy')).data)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('writes what it reads, values on a multiple of 64 bytes', () => {
    const centers = Float64Array.from({ length: 6 }, (_, i) => i / 3);
    writeNpy(path('c.npy'), centers, [2, 3]);
    expect(readNpy(path('c.npy'))).toEqual({ data: centers, shape: [2, 3] });
    const bytes = readFileSync(path('c.npy'));
    expect((10 + bytes.readUInt16LE(8)) % 64).toBe(0);
    expect(bytes[9 + bytes.readUInt16LE(8)]).toBe(10);
  });

  it('writes labels as int32, a view of part of a buffer included', () => {
    writeNpy(path('d.npy'), new Int32Array([9, 1, 2, 3]).subarray(1), [3]);
    expect(readNpy(path('d.npy'))).toEqual({ data: new Int32Array([1, 2, 3]), shape: [3] });
    const bytes = readFileSync(path('d.npy'));
    expect(bytes.toString('latin1')).toContain("'descr': '<i4', 'fortran_order': False, 'shape': (3,), }");
    expect(Array.from(bytes.subarray(-12))).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
  });

  it.each([
    ["{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 'holds <i8'],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 'ends before its 2 values'],
    ['{}', 'no readable .npy header'],
  ])('refuses %s', (header, message) => {
    writeFileSync(path('e.npy'), numpyFile(header, new Uint8Array(8)));
    expect(() => readNpy(path('e.npy'))).toThrow(message);
  });

  it('refuses a file that is something else, and a shape that does not fit', () => {
    writeFileSync(path('f.npy'), 'a,b\n1,2\n');
    expect(() => readNpy(path('f.npy'))).toThrow('not a .npy file');
    expect(() => {
      writeNpy(path('g.npy'), new Float64Array(5), [2, 3]);
    }).toThrow('5 values do not fill');
  });
});
