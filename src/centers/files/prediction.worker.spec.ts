import { describe, expect, it } from '@jest/globals';
import { serialize } from 'node:v8';
import { Piscina } from 'piscina';
import { workerEntry } from '../../common/worker-entry.js';
import { passOn } from '../../common/young-garbage.js';
import { BlockBuilder, blockRowsFor } from '../../datasets/blocks/block-builder.js';
import { encodeBlock } from '../../datasets/blocks/block-codec.js';
import type { Plan, StretchTask, Written } from './prediction.worker.js';

const MEBIBYTE = 2 ** 20;

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** A block of a table that is passed on, and how it is to be answered. */
function stretchOf(columns: number, format: Plan['format']): StretchTask {
  const names = Array.from({ length: columns }, (_, j) => `x${j}`);
  const rows = Math.min(4096, blockRowsFor(columns, 8));
  const block = new BlockBuilder(columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) block.number(column, Math.sin(row + column));
    block.rows++;
  }
  const plan: Plan = {
    preparation: {
      version: 1,
      columns: names.map((name) => ({ name, type: 'number' })),
      features: names,
      steps: [],
    },
    metric: 'euclidean',
    centers: { data: Float64Array.from({ length: 2 * columns }, (_, i) => i % 3), rows: 2, columns },
    outlierDistances: Float64Array.of(1, 2),
    sources: names.map((_, j) => j),
    names: [...names, 'cluster', 'distance', 'runnerUp', 'margin', 'outlier'],
    notes: {},
    types: [],
    format,
    allDistances: false,
  };
  return {
    plan: { id: 1, bytes: shared(serialize(plan)) },
    block: shared(encodeBlock(block)),
    from: 0,
    to: rows,
    first: false,
  };
}

describe('a thread that answers files', () => {
  it.each<[Plan['format'], number]>([
    ['npy', 16],
    ['npy', 500],
    ['ndjson', 16],
  ])('holds no more after many blocks than after few: %s, %i columns', async (format, columns) => {
    const pool = new Piscina<StretchTask, Written>({
      filename: workerEntry(import.meta.url, './prediction.worker.js').href,
      minThreads: 1,
      maxThreads: 1,
    });
    try {
      const stretch = stretchOf(columns, format);
      const answerMany = async (count: number): Promise<number> => {
        for (let i = 0; i < count; i++) {
          const { bytes } = await pool.run(stretch);
          expect(bytes.length).toBeGreaterThan(stretch.to * columns * 8);
          passOn(bytes.length);
        }
        return process.memoryUsage.rss();
      };
      let held = await answerMany(60);
      const growths: number[] = [];
      for (let round = 0; round < 3; round++) {
        const before = held;
        held = await answerMany(80);
        growths.push(held - before);
      }
      // A block of 512 KiB is two mebibytes on the way; these would be 160 each time. What a program takes once, as
      // when its code is compiled anew, it takes in one of them.
      expect(Math.min(...growths)).toBeLessThan(8 * MEBIBYTE);
    } finally {
      await pool.destroy();
    }
  });
});
