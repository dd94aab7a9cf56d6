import { expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

it('is used as a plain class by examples/engine.ts, which ends by itself', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/engine.ts'], { timeout: 30_000 });
  expect(stdout).toBe(
    'sizes 62, 50, 38; inertia 78.851 after 3 iterations\nsilhouette 0.553; the new flower is in cluster 0\n',
  );
}, 40_000);
