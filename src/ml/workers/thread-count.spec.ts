import { expect, it } from '@jest/globals';
import { threadCount } from './thread-count.js';

it.each([
  [undefined, 1, 1],
  [undefined, 2, 2],
  [undefined, 3, 2],
  [undefined, 16, 15],
  ['', 4, 3],
  ['5', 2, 5],
  ['1', 8, 1],
  [' 3 ', 8, 3],
  ['1000', 8, 64],
  ['0', 8, 7],
  ['half', 8, 7],
])('of ENGINE_THREADS %j and %i cores come %i threads', (setting, cores, threads) => {
  expect(threadCount(setting, cores)).toBe(threads);
});

it('goes by the environment', () => {
  const before = process.env.ENGINE_THREADS;
  try {
    process.env.ENGINE_THREADS = '7';
    expect(threadCount()).toBe(7);
  } finally {
    if (before === undefined) delete process.env.ENGINE_THREADS;
    else process.env.ENGINE_THREADS = before;
  }
});
