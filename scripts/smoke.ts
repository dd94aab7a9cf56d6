/**
 * The built service as a newcomer meets it: started from `dist` on an empty data folder, asked for its pages, driven
 * by the example, and stopped. Fails loudly at the first thing that is not as it should be.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { startService } from './service.ts';

const started = performance.now();
const { url, dataDir, env, stop } = await startService();
try {
  console.log(`started at ${url} after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await expectAnswer(`${url}/health/live`, 200, /ok/);
  await expectAnswer(`${url}/health/ready`, 200, /ok/);
  await expectAnswer(`${url}/docs`, 200, /swagger/i);
  await expectAnswer(`${url}/openapi.json`, 200, /"openapi":"3/);
  await expectAnswer(url, 200, /<title>Centroid/, { Accept: 'text/html' });
  await expectAnswer(`${url}/api/v1/chats`, 401, /"status":401/);
  assert.equal((await stat(dataDir)).mode & 0o077, 0, 'the data folder is for its owner alone');

  const example = spawn(process.execPath, ['examples/quickstart/main.ts'], {
    cwd: path.join(import.meta.dirname, '..'),
    env: { ...env, CENTROID_URL: url },
    stdio: 'inherit',
  });
  const [code] = (await once(example, 'exit')) as [number | null];
  assert.equal(code, 0, 'the example ends well');
} finally {
  await stop();
}
console.log('1 passed, 0 failed');

async function expectAnswer(
  address: string,
  status: number,
  body: RegExp,
  headers: Record<string, string> = {},
): Promise<void> {
  const response = await fetch(address, { headers });
  assert.equal(response.status, status, address);
  assert.match(await response.text(), body, address);
}
