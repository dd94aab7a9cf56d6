import { describe, expect, it } from '@jest/globals';
import { Generator } from '../../kmeans/generator.js';
import type { KernelInput } from '../kernel.js';
import { PlainKernel } from '../plain.kernel.js';
import { Lone } from './crew.js';
import { WasmKernel } from './wasm.kernel.js';

const crew = new Lone();
const ROWS = 14_000;

type Kind = 'uniform' | 'blobs' | 'outliers' | 'lattice' | 'far' | 'line' | 'same';

function values(kind: Kind, columns: number): Float64Array {
  const generator = new Generator(columns, kind.length);
  return Float64Array.from({ length: ROWS * columns }, (_, i) => {
    const u = generator.uniform();
    const row = Math.floor(i / columns);
    if (kind === 'blobs') return (Math.imul(row, 2654435761) >>> 28) * (3 + (i % columns)) + u;
    if (kind === 'outliers') return row % 97 === 0 ? (u - 0.5) * 10 ** (row % 12) : u;
    if (kind === 'lattice') return Math.floor(u * 9);
    if (kind === 'far') return 1e7 + u;
    if (kind === 'line') return i % columns === 0 ? u : 5;
    return kind === 'same' ? 3 : u;
  });
}

describe('cells of the space', () => {
  const kinds: Kind[] = ['uniform', 'blobs', 'outliers', 'lattice', 'far', 'line', 'same'];
  const cases = kinds.flatMap((kind) =>
    [1, 2, 3].flatMap((columns) => [1, 5, 60].map((k) => [kind, columns, k] as const)),
  );

  it.each(cases)(
    'give %s rows of %i columns the nearest of %i centres, as plain arithmetic does',
    (kind, columns, k) => {
      const wide = values(kind, columns);
      for (const data of [wide, Float32Array.from(wide)]) {
        const input: KernelInput = {
          data,
          rows: ROWS,
          columns,
          exponent: 0,
          weights: null,
          interrupt: () => undefined,
        };
        const centers = Float64Array.from(data.subarray(0, k * columns));
        // Two that coincide, and one that no row is near to.
        if (k > 4) centers.copyWithin(columns, 0, columns).fill(-40, 3 * columns, 4 * columns);
        const expected = new PlainKernel(input).nearestUnseen(centers, k, 'nearest');
        const found = new WasmKernel(input, crew).nearestUnseen(centers, k, 'nearest');
        expect(Buffer.from(found.labels.slice().buffer).equals(Buffer.from(expected.labels.buffer))).toBe(true);
        expect(Buffer.from(found.distances.slice().buffer).equals(Buffer.from(expected.distances.buffer))).toBe(true);
        expect(found.largest).toBeLessThan(1e40);
      }
    },
  );

  it('say that a value is not finite', () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const data = Float32Array.from(values('uniform', 3));
      data[31_234] = bad;
      const input: KernelInput = {
        data,
        rows: ROWS,
        columns: 3,
        exponent: 0,
        weights: null,
        interrupt: () => undefined,
      };
      expect(
        new WasmKernel(input, crew).nearestUnseen(Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2), 3, 'labels').largest,
      ).toBe(NaN);
      expect(
        new PlainKernel(input).nearestUnseen(Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2), 3, 'labels').largest,
      ).toBe(NaN);
    }
  });
});
