import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { EngineThreads } from './engine-threads.js';

const TABLE = { data: Float64Array.of(0, 1, 10, 11), rows: 4, columns: 1 };
const CENTERS = { data: Float64Array.of(0, 10), rows: 2, columns: 1 };
const IDLE_MS = 200;

describe('threads that nobody needs', () => {
  it('are let go of after a while, and start again for the next call', async () => {
    const engine = new EngineThreads('test', 2, IDLE_MS);
    const labels = async () => Array.from((await engine.call('predict', TABLE, { centers: CENTERS }, {})).labels);
    expect(await labels()).toEqual([0, 0, 1, 1]);
    expect(engine.bytes).toBeGreaterThan(0);
    await pause(IDLE_MS / 4);
    // Asked again meanwhile, they stay for as long anew.
    expect(await labels()).toEqual([0, 0, 1, 1]);
    expect(engine.bytes).toBeGreaterThan(0);
    await pause(3 * IDLE_MS);
    expect(engine.bytes).toBe(0);
    expect(await labels()).toEqual([0, 0, 1, 1]);
    await engine.close();
    expect(engine.bytes).toBe(0);
  });

  it('stay while a call takes longer than that', async () => {
    const engine = new EngineThreads('test', 2, 1);
    const rows = 200_000;
    const data = { data: Float64Array.from({ length: rows }, (_, i) => Math.sin(i * i)), rows, columns: 1 };
    const { labels } = await engine.call('predict', data, { centers: CENTERS }, {});
    expect(labels).toHaveLength(rows);
    await engine.close();
  });
});
