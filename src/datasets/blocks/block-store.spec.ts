import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { BlockStore } from './block-store.js';

describe('BlockStore', () => {
  const block = Buffer.alloc(8);

  it('stores as many at once as it may, and all in the end', async () => {
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const store = new BlockStore((_, firstRow) => {
      begun.push(firstRow);
      return new Promise((resolve) => ends.push(resolve));
    }, 2);
    const all = (async () => {
      for (const row of [0, 1, 2, 3]) await store.take(block, row);
      await store.stored();
    })();
    await turn();
    expect(begun).toEqual([0, 1]);
    ends[1]();
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]();
    await turn();
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]();
    ends[3]();
    await all;
    expect(store.bytes).toBe(32);
  });

  it('tells of a failure, and waits for the others', async () => {
    let ended = false;
    const store = new BlockStore(async (_, firstRow) => {
      await turn();
      if (firstRow === 0) throw new Error('the disk is full');
      await turn();
      ended = true;
    }, 3);
    await store.take(block, 0);
    await store.take(block, 1);
    await expect(store.stored()).rejects.toThrow('the disk is full');
    await store.settled();
    expect(ended).toBe(true);
    await expect(store.take(block, 2).then(() => store.stored())).rejects.toThrow('the disk is full');
  });
});
