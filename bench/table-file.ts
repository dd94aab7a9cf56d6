import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { BinaryFormat, PlacedPart } from '../src/datasets/writers/binary-format.ts';
import type { ColumnHead } from '../src/datasets/writers/cells.ts';

export const TABLE_FORMATS = ['csv', 'ndjson', 'npy', 'parquet', 'arrow'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Rows that are made and written at a time. */
const ROWS = 1000;
/** Numbers of a part of a file that has parts. */
const PART_CELLS = 1_000_000;

/**
 * Writes a file of normal numbers with all their digits, as a scientist's script writes them: columns `x0`, `x1`, ...,
 * each a thousandfold at most of another. The same numbers whatever the format, but that parts are of more rows.
 */
export async function writeTable(format: TableFormat, file: string, rows: number, columns: number): Promise<void> {
  const out = createWriteStream(file);
  const names = Array.from({ length: columns }, (_, i) => `x${i}`);
  const binary = format === 'parquet' || format === 'arrow' ? await built(format) : undefined;
  const heads = names.map((name): ColumnHead => ({ name, type: 'float64' }));
  const parts: PlacedPart[] = [];
  let offset = 0;
  const write = async (piece: Uint8Array | string): Promise<void> => {
    offset += piece.length;
    if (!out.write(piece)) await once(out, 'drain');
  };
  if (format === 'csv') await write(`${names.join()}\n`);
  if (format === 'npy') await write(npyHead(rows, columns));
  if (binary) await write(binary.begin(heads));
  const next = normals();
  const step = binary ? Math.max(1, Math.floor(PART_CELLS / columns)) : ROWS;
  for (let row = 0; row < rows; row += step) {
    const table = Array.from({ length: Math.min(step, rows - row) }, () =>
      names.map((_, column) => next() * 10 ** (column % 4)),
    );
    if (binary) {
      const { bytes, part } = binary.part(
        heads,
        names.map((_, column) => Float64Array.from(table, (values) => values[column])),
      );
      parts.push({ part, offset });
      await write(bytes);
    } else if (format === 'npy') {
      await write(Buffer.from(Float64Array.from(table.flat()).buffer));
    } else {
      const line = (values: number[]): string =>
        format === 'csv' ? values.join() : `{${values.map((value, column) => `"${names[column]}":${value}`).join()}}`;
      await write(table.map((values) => `${line(values)}\n`).join(''));
    }
  }
  if (binary) await write(binary.end(heads, parts, offset));
  out.end();
  await once(out, 'close');
}

function normals(): () => number {
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function npyHead(rows: number, columns: number): Buffer {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const head = Buffer.alloc(128, ' ');
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(118, 8);
  head.write(text, 10, 'latin1');
  head.write('\n', 127);
  return head;
}

/** The service's own writers, as built. */
async function built(format: 'parquet' | 'arrow'): Promise<BinaryFormat> {
  const { href } = new URL('../dist/src/datasets/writers/binary-formats.js', import.meta.url);
  const { binaryFormat } = (await import(href)) as { binaryFormat: (name: string) => Promise<BinaryFormat> };
  return binaryFormat(format);
}
