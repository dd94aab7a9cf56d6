import { describe, expect, it } from '@jest/globals';
import { Generator } from '../../kmeans/generator.js';
import type { KernelInput } from '../kernel.js';
import { PlainKernel } from '../plain.kernel.js';
import { compile } from './binary.js';
import { Lone } from './crew.js';
import { WasmKernel } from './wasm.kernel.js';

const crews = (['wasm-relaxed-simd', 'wasm-simd'] as const).map((name) => new Lone(compile(name)));

type Kind = 'uniform' | 'lattice' | 'sparse' | 'pixels' | 'border' | 'far' | 'outliers' | 'same' | 'close' | 'skewed';

function valueOf(kind: Kind, u: number, row: number, column: number): number {
  if (kind === 'lattice') return Math.floor(u * 3) - 1;
  // Runs of zeros of all lengths, and rows that hold nothing else.
  if (kind === 'sparse') return Math.imul(row + 1, (column >> 2) + 7) % 5 === 0 && row % 9 > 0 ? u - 0.3 : 0;
  if (kind === 'pixels') return column % 7 < 5 ? 0 : Math.floor(u * 256);
  // Columns in which few rows hold anything, and centres hardly differ.
  if (kind === 'border') return column % 24 >= 16 ? Math.floor(u * 256) : row % 11 === 3 ? u : 0;
  if (kind === 'far') return 1e6 + u;
  if (kind === 'outliers') return row % 13 === 0 ? (u - 0.5) * 10 ** ((row % 39) - 12) : u;
  if (kind === 'close') return 3 + u * 1e-6;
  if (kind === 'skewed') return column === 0 ? u * 1000 : u;
  return kind === 'same' ? -2.5 : u - 0.5;
}

/** Rows, and k centres of which some are rows, some lie between two of them and some are there twice. */
function makeCase(kind: Kind, rows: number, columns: number, k: number): { data: Float64Array; centers: Float64Array } {
  const generator = new Generator(rows + 31 * columns, k + kind.length);
  const draw = (row: number, column: number): number => Math.fround(valueOf(kind, generator.uniform(), row, column));
  const data = Float64Array.from({ length: rows * columns }, (_, i) => draw(Math.floor(i / columns), i % columns));
  const centers = new Float64Array(k * columns);
  for (let c = 0; c < k; c++) {
    const [a, b] = [generator.below(rows), generator.below(rows)];
    for (let j = 0; j < columns; j++) {
      const middle = (data[a * columns + j] + data[b * columns + j]) / 2;
      const twin = c > 0 && c % 5 === 4;
      centers[c * columns + j] = twin ? centers[(c - 1) * columns + j] : c % 3 === 0 ? data[a * columns + j] : middle;
    }
  }
  return { data, centers };
}

const kinds: Kind[] = [
  'uniform',
  'lattice',
  'sparse',
  'pixels',
  'border',
  'far',
  'outliers',
  'same',
  'close',
  'skewed',
];
/** Columns about the widths of vectors, lines and packed groups, and where one way of meeting centres gives way to another. */
const widths = [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 31, 32, 33, 47, 64, 65, 100, 130, 200];
/** Centres about the sizes of tiles, and where ways change. */
const centers = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 31, 33, 48, 49, 97, 129];
/** Rows about the sizes of vectors, blocks and partitions. */
const counts = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100, 515, 1037];

describe('nearest centres and runners-up', () => {
  const cases = kinds.flatMap((kind, i) =>
    widths.map((columns, j) => [kind, columns, centers.filter((_, c) => (c + i + j) % 3 === 0)] as const),
  );

  it.each(cases)('are those of plain arithmetic: %s rows of %i columns, %j centres', (kind, columns, some) => {
    for (const [at, k] of some.entries()) {
      const rows = counts[(at + columns + kind.length) % counts.length];
      const made = makeCase(kind, rows, columns, k);
      for (const data of [made.data, Float32Array.from(made.data)]) {
        const input: KernelInput = { data, rows, columns, exponent: 0, weights: null, interrupt: () => undefined };
        for (const detail of ['labels', 'runner-up'] as const) {
          const { largest, ...expected } = new PlainKernel(input).nearestUnseen(made.centers, k, detail);
          expect(largest).toBeLessThan(Infinity);
          for (const crew of crews) {
            const found = new WasmKernel(input, crew).nearestUnseen(made.centers, k, detail);
            expect(found).toEqual({ ...expected, largest: expect.any(Number) });
          }
        }
      }
    }
  });
});
