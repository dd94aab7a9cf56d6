import { describe, expect, it } from '@jest/globals';
import { serialize } from 'node:v8';
import { ENGINE_VERSION } from '../ml/types.js';
import { CheckpointKeeper, type RunState, unpackState } from './checkpoint-keeper.js';

const state = (restart: number): RunState => ({
  fits: [],
  fit: { restart, training: null, best: null },
});

describe('a checkpoint keeper', () => {
  it('writes one state at a time, the newest', async () => {
    const written: Buffer[] = [];
    const gates: (() => void)[] = [];
    const keeper = new CheckpointKeeper(null, 1, 'sha', async (bytes) => {
      written.push(bytes);
      await new Promise<void>((resolve) => gates.push(resolve));
    });
    for (const restart of [1, 2, 3]) keeper.keep(state(restart));
    expect(written).toHaveLength(1);
    gates[0]();
    await new Promise(setImmediate);
    expect(written.map((bytes) => unpackState(bytes, 'sha')?.fit?.restart)).toEqual([1, 3]);
    keeper.keep(state(4));
    const closed = keeper.close();
    gates[1]();
    await closed;
    expect(written).toHaveLength(2);
  });

  it('makes nothing of what another version, or another data set, has left', () => {
    const packed = { engineVersion: ENGINE_VERSION, datasetSha256: 'sha', ...state(2) };
    expect(unpackState(serialize(packed), 'sha')).toEqual(state(2));
    for (const other of [
      serialize({ ...packed, engineVersion: '0.9.0' }),
      serialize({ ...packed, datasetSha256: 'other' }),
      serialize({ engineVersion: ENGINE_VERSION, datasetSha256: 'sha' }),
      Buffer.from('an older format'),
      Buffer.alloc(0),
      undefined,
    ]) {
      expect(unpackState(other, 'sha')).toBeNull();
    }
  });
});
