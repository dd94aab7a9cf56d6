import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { START } from './start-command.ts';

const START_MS = 90_000;
const STOP_MS = 20_000;
const root = path.join(import.meta.dirname, '..');

/** The built service, as a process of its own on an empty data folder. */
export interface Service {
  url: string;
  dataDir: string;
  /** What it is started with; nothing of whoever runs this leaks into it. */
  env: Record<string, string | undefined>;
  /** Stops it as Ctrl+C would, removes its data, and fails when it did not leave with 0. */
  stop: () => Promise<void>;
}

/** @param settings environment variables beyond a data folder and a free port */
export async function startService(settings: Record<string, string> = {}): Promise<Service> {
  const folder = await mkdtemp(path.join(tmpdir(), 'centroid-service-'));
  const dataDir = path.join(folder, 'data');
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: dataDir, PORT: '0', ...settings };
  const service = spawn(process.execPath, START, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(service, 'exit');
  const ready = Promise.withResolvers<string>();
  let screen = '';
  service.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const match = /Address\s+(http\S+)/.exec(screen);
    if (match?.[1]) ready.resolve(match[1]);
  });
  void exited.then(() => {
    ready.reject(new Error(`The service left before it was ready:\n${screen}`));
  });

  async function stop(): Promise<void> {
    try {
      service.kill('SIGTERM');
      const [code] = (await Promise.race([exited, late(STOP_MS, 'The service did not stop.')])) as [number | null];
      assert.equal(code, 0, 'a stop that was asked for is clean');
    } finally {
      service.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  }
  try {
    return {
      url: await Promise.race([ready.promise, late(START_MS, 'The service did not get ready.')]),
      dataDir,
      env,
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function late(ms: number, message: string): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  setTimeout(() => {
    reject(new Error(message));
  }, ms).unref();
  return promise;
}
