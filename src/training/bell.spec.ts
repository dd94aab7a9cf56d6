import { describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';

const LONG = 60_000;

describe('Bell', () => {
  it('wakes who waits', async () => {
    const bell = new Bell();
    const waiting = bell.wait(LONG, new AbortController().signal);
    bell.ring();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('rung before, wakes the next at once, and only once', async () => {
    const bell = new Bell();
    const { signal } = new AbortController();
    bell.ring();
    bell.ring();
    await bell.wait(LONG, signal);
    const began = performance.now();
    await bell.wait(30, signal);
    expect(performance.now() - began).toBeGreaterThan(20);
  });

  it('gives up when the signal is aborted, also one that was before', async () => {
    const bell = new Bell();
    const ended = new AbortController();
    const waiting = bell.wait(LONG, ended.signal);
    ended.abort();
    await waiting;
    await bell.wait(LONG, ended.signal);
  });
});
