import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { BriefMemory } from './brief-memory.js';

interface Found {
  count: number;
}

describe('BriefMemory', () => {
  let memory: BriefMemory<Found>;
  let count: number;
  beforeEach(() => {
    memory = new BriefMemory();
    count = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const find = (): Promise<Found> => Promise.resolve({ count: ++count });
  const later = async (milliseconds: number): Promise<void> => {
    const now = performance.now() + milliseconds;
    jest.spyOn(performance, 'now').mockReturnValue(now);
    await Promise.resolve();
  };

  it('looks up once what is asked for again within 0.9 s', async () => {
    expect(await memory.recall('a', find)).toEqual({ count: 1 });
    await later(850);
    expect(await memory.recall('a', find)).toEqual({ count: 1 });
    expect(await memory.recall('b', find)).toEqual({ count: 2 });
    await later(100);
    expect(await memory.recall('a', find)).toEqual({ count: 3 });
  });

  it('counts from before the look-up, for its answer may be as old', async () => {
    await memory.recall('a', async () => {
      const found = await find();
      await later(950);
      return found;
    });
    expect(await memory.recall('a', find)).toEqual({ count: 2 });
  });

  it('lets those who ask at once share one look-up', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => memory.recall('a', find)));
    expect(all.map((one) => one.count)).toEqual([1, 1, 1, 1, 1]);
  });

  it('forgets what is known, and what is being looked up', async () => {
    await memory.recall('a', find);
    memory.forget();
    const { promise, resolve } = Promise.withResolvers<Found>();
    const before = memory.recall('a', () => promise);
    memory.forget();
    // Whoever asks from now on must not be told what was read before.
    expect(await memory.recall('b', find)).toEqual({ count: 2 });
    expect(await memory.recall('a', find)).toEqual({ count: 3 });
    resolve({ count: -1 });
    expect(await before).toEqual({ count: -1 });
    expect(await memory.recall('a', find)).toEqual({ count: 3 });
  });

  it('does not remember what could not be found', async () => {
    await expect(memory.recall('a', () => Promise.reject(new Error('none')))).rejects.toThrow('none');
    expect(await memory.recall('a', find)).toEqual({ count: 1 });
  });

  it('does not remember beyond the end that a thing has by itself', async () => {
    await memory.recall('a', find, () => Date.now() - 1);
    await memory.recall('a', find, () => Date.now() + 30);
    expect(await memory.recall('a', find)).toEqual({ count: 2 });
    await pause(40);
    expect(await memory.recall('a', find)).toEqual({ count: 3 });
  });
});
