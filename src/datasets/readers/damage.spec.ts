import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { CompressionType, compressionRegistry, Table, tableFromArrays, tableToIPC } from 'apache-arrow';
import lz4 from 'lz4js';
import { readTable, refusalOf } from '../../../test/support/read-table.js';
import { COMPRESSORS } from './parquet.js';

const FIXTURES = path.resolve(import.meta.dirname, '../../../test/fixtures/datasets');
const binaries = readdirSync(FIXTURES).filter((name) => !/\.(py|json)$/.test(name));

describe('files that were cut off', () => {
  it.each(binaries)('are refused, wherever %s was', async (name) => {
    const bytes = readFileSync(path.join(FIXTURES, name));
    const cuts = [1, 5, 8, 11, ...Array.from({ length: 24 }, (_, i) => Math.floor(((i + 1) * bytes.length) / 25))];
    for (const cut of [...cuts, bytes.length - 1]) {
      const refusal = await refusalOf(bytes.subarray(0, cut), name);
      expect([cut, refusal]).toEqual([cut, expect.stringMatching(/^dataset\.[a-z0-9_]+: [A-Z]/)]);
      // Words of the libraries are about their own parts.
      expect(refusal).not.toMatch(/undefined|TypeError|RangeError|DataView|Expected to read|hyparquet|metadata length/);
    }
  });

  it.each(['file', 'stream'] as const)('are told from whole ones, however long: an Arrow %s', async (kind) => {
    const table = tableFromArrays({ a: Float64Array.from({ length: 400_000 }, (_, i) => i / 8) });
    const stream = Buffer.from(tableToIPC(table, 'stream'));
    // Of a file, the library that reads it leaves the footer alone.
    const footer = Buffer.concat([Buffer.alloc(2 ** 21 + 5), Buffer.from('ARROW1')]);
    const bytes = kind === 'stream' ? stream : Buffer.concat([Buffer.from('ARROW1\0\0'), stream, footer]);
    expect((await readTable(bytes, 'x.arrow')).rowCount).toBe(400_000);
    expect((await readTable(gzipSync(bytes), 'x.arrow.gz')).rowCount).toBe(400_000);
    for (const cut of [1, 4, 100, 2 ** 20 + 1, bytes.length - 20]) {
      expect(await refusalOf(bytes.subarray(0, -cut), 'x.arrow')).toMatch(/^dataset\.(truncated|damaged)/);
    }
  });

  it('are told from whole ones where the schema is in the footer alone, as files of Arrow’s JavaScript library have it', async () => {
    const whole = tableFromArrays({
      a: Float64Array.from({ length: 10_000 }, (_, i) => i / 8),
      b: ['ä', 'b', ...new Array<null>(9998).fill(null)],
    });
    const table = whole.slice(0, 5000).concat(whole.slice(5000));
    expect(table.batches).toHaveLength(2);
    const bytes = Buffer.from(tableToIPC(table, 'file'));
    expect(await readTable(bytes, 'x.arrow')).toEqual(
      await readTable(Buffer.from(tableToIPC(table, 'stream')), 'x.arrow'),
    );
    expect((await readTable(gzipSync(bytes), 'x.arrow.gz')).rowCount).toBe(10_000);
    for (const cut of [1, 4, 9, 60, 500, 50_000, bytes.length - 12]) {
      expect(await refusalOf(bytes.subarray(0, -cut), 'x.arrow')).toMatch(/^dataset\.(truncated|damaged)/);
    }
    for (const length of [-1, 0, 2 ** 31 - 1]) {
      const damaged = Buffer.from(bytes);
      damaged.writeInt32LE(length, bytes.length - 10);
      expect(await refusalOf(damaged, 'x.arrow')).toMatch(/^dataset\.damaged: The Arrow footer says/);
    }
    const none = Buffer.from(tableToIPC(new Table(table.schema), 'file'));
    expect(await refusalOf(none, 'x.arrow')).toBe('dataset.no_rows: There are columns, but no rows.');
  });

  const RECORDS = Array.from({ length: 9 }, (_, i) => ({ a: i / 4, b: i % 2 ? 'x' : null, c: 'ä"]' }));
  it.each([
    ['x.json', JSON.stringify(RECORDS)],
    ['doc.json', JSON.stringify({ columns: ['a', 'b'], rows: [[1, 'x']] })],
  ])('are refused, wherever %s was', async (name, text) => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(await refusalOf(bytes.subarray(0, cut), name)).toMatch(/^dataset\.[a-z0-9_]+: [A-Z]/);
    }
  });

  it.each(['x.csv', 'x.json', 'x.ndjson', 'f8l.npy', 'file-none.arrow', 'pyarrow-none.parquet'])(
    'are refused, wherever a gzipped %s was',
    async (name) => {
      const text = name.endsWith('csv') ? 'a,b\n1,2\n3,4\n' : '[[1,2]]\n';
      const packed = gzipSync(binaries.includes(name) ? readFileSync(path.join(FIXTURES, name)) : text);
      for (let i = 1; i <= 24; i++) {
        const cut = packed.subarray(0, Math.max(3, Math.floor((i * packed.length) / 25)));
        expect(await refusalOf(cut, `${name}.gz`)).toMatch(/^dataset\.(damaged_gzip|damaged|truncated|empty_file)/);
      }
    },
  );
});

/** 64 MiB of the letter a, as snappy and as an LZ4 block: one literal, then copies of it. */
const LONG = 64 * 2 ** 20;
function snappyBomb(): Uint8Array {
  const copies = Math.ceil((LONG - 1) / 64);
  const copy = Buffer.from([(63 << 2) | 2, 1, 0]);
  const size = Buffer.from([0x80, 0x80, 0x80, 0x20]);
  return Buffer.concat([size, Buffer.from([0, 97]), Buffer.alloc(3 * copies, copy)]);
}
function lz4Bomb(): Uint8Array {
  return Buffer.concat([Buffer.from([0x1f, 97, 1, 0]), Buffer.alloc(LONG / 255, 255), Buffer.from([0, 0])]);
}

describe('bombs', () => {
  const zeros = Buffer.alloc(LONG);
  const bombs: [keyof typeof COMPRESSORS, Uint8Array][] = [
    ['GZIP', gzipSync(zeros, { level: 1 })],
    ['BROTLI', brotliCompressSync(zeros.subarray(0, LONG / 4))],
    ['ZSTD', zstdCompressSync(zeros)],
    ['SNAPPY', snappyBomb()],
    ['LZ4_RAW', lz4Bomb()],
    ['LZ4', lz4Bomb()],
  ];

  it.each(bombs)('in a Parquet page of %s unpack no further than the page says', (codec, bomb) => {
    const before = process.memoryUsage().arrayBuffers;
    let unpacked = 0;
    try {
      unpacked = COMPRESSORS[codec]!(bomb, 1000).length;
    } catch {
      // Refused: as good as cut short.
    }
    expect(unpacked).toBeLessThanOrEqual(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  it.each(bombs)('of %s whose page says too much are refused before they are unpacked', (codec, bomb) => {
    expect(() => COMPRESSORS[codec]!(bomb, 2 ** 40)).toThrow(
      expect.objectContaining({ code: 'dataset.unpacks_too_large' }),
    );
  });

  it('in an Arrow buffer of Zstandard are refused', () => {
    const bomb = zstdCompressSync(Buffer.alloc(2 ** 28 + 1));
    expect(() => compressionRegistry.get(CompressionType.ZSTD)!.decode!(bomb)).toThrow();
  });

  it('in an Arrow buffer of LZ4 are refused before they are unpacked', () => {
    const frame = Buffer.from(lz4.compress(Buffer.alloc(4 * 2 ** 20)));
    // The head has 7 bytes, the end mark 4; in between lies a block that may be repeated.
    const [head, block, end] = [frame.subarray(0, 7), frame.subarray(7, -4), frame.subarray(-4)];
    const bomb = Buffer.concat([head, ...new Array<Buffer>(80).fill(block), end]);
    expect(() => compressionRegistry.get(CompressionType.LZ4_FRAME)!.decode!(bomb)).toThrow(
      expect.objectContaining({ code: 'dataset.unpacks_too_large' }),
    );
  });
});
