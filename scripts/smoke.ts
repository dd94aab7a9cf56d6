/**
 * The built service as a newcomer meets it: started from `dist` on an empty data folder, asked for its pages, driven
 * by the example, and stopped. Fails loudly at the first thing that is not as it should be.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const START_MS = 60_000;
const STOP_MS = 15_000;

const root = path.join(import.meta.dirname, '..');
const dataDir = path.join(await mkdtemp(path.join(tmpdir(), 'centroid-smoke-')), 'data');
// No setting of whoever runs this may leak into it.
const { PATH, HOME } = process.env;
const env = { PATH, HOME, DATA_DIR: dataDir, PORT: '0' };

let service: ChildProcess | undefined;
try {
  const started = performance.now();
  service = spawn(process.execPath, ['dist/src/main.js'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await address(service);
  console.log(`started at ${url} after ${((performance.now() - started) / 1000).toFixed(1)} s`);

  await expectAnswer(`${url}/health/live`, 200, /ok/);
  await expectAnswer(`${url}/health/ready`, 200, /ok/);
  await expectAnswer(`${url}/docs`, 200, /swagger/i);
  await expectAnswer(`${url}/openapi.json`, 200, /"openapi":"3/);
  await expectAnswer(`${url}/api/v1/chats`, 401, /"status":401/);
  assert.equal((await stat(dataDir)).mode & 0o077, 0, 'the data folder is for its owner alone');

  const example = spawn(process.execPath, ['examples/quickstart/main.ts'], {
    cwd: root,
    env: { ...env, CENTROID_URL: url },
    stdio: 'inherit',
  });
  const [code] = (await once(example, 'exit')) as [number | null];
  assert.equal(code, 0, 'the example ends well');

  service.kill('SIGTERM');
  const stopped = await Promise.race([once(service, 'exit'), late(STOP_MS, 'The service did not stop.')]);
  assert.deepEqual(stopped.slice(0, 1), [0], `a stop is clean, not ${stopped.join(' ')}`);
  console.log('1 passed, 0 failed');
} finally {
  if (service?.exitCode === null && service.signalCode === null) service.kill('SIGKILL');
  await rm(path.dirname(dataDir), { recursive: true, force: true });
}

/** The address on the screen that the service prints when it is ready. */
async function address(child: ChildProcess): Promise<string> {
  const found = Promise.withResolvers<string>();
  let screen = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const match = /Address\s+(http\S+)/.exec(screen);
    if (match?.[1]) found.resolve(match[1]);
  });
  child.once('exit', (exit) => {
    found.reject(new Error(`The service left with ${exit ?? 'a signal'} before it was ready:\n${screen}`));
  });
  return Promise.race([found.promise, late(START_MS, 'The service did not get ready.')]);
}

async function expectAnswer(url: string, status: number, body: RegExp): Promise<void> {
  const response = await fetch(url);
  assert.equal(response.status, status, url);
  assert.match(await response.text(), body, url);
}

async function late(ms: number, message: string): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  setTimeout(() => {
    reject(new Error(message));
  }, ms).unref();
  return promise;
}
