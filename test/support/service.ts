import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import supertest from 'supertest';
import { endsWithTheFile } from './left-open.js';

/** The built service in a process of its own. */
export interface ServiceProcess {
  /** Where it listens; empty for a worker, which does not. */
  url: string;
  http: ReturnType<typeof supertest>;
  pid: number;
  /** What it has written so far. */
  said: () => string;
  /** Ends it with SIGKILL: nothing of it is asked. */
  kill: () => Promise<void>;
  /** Ends it as an operator would, with SIGTERM. */
  stop: () => Promise<void>;
}

const ENTRY = resolve(import.meta.dirname, '../../dist/src/main.js');
const START_MS = 60_000;

/** Starts the service from `dist` and waits until it says that it is ready. */
export async function startService(settings: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const { PATH, HOME } = process.env;
  // Tests look at a run far oftener than a person would.
  const limits = { REQUESTS_PER_MINUTE: '100000', REGISTRATIONS_PER_HOUR: '100000', QUEUED_RUNS: '100' };
  const env = { PATH, HOME, SECRET_KEY: 'for-tests-only-'.repeat(4), PORT: '0', ...limits, ...settings };
  // An empty folder: no `.env` that lies about is read.
  const child = spawn(process.execPath, [ENTRY], { env, cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ready = watch(child, () => said);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };
  endsWithTheFile(() => end('SIGKILL'));
  await ready;
  const url = /Address\s+(\S+)/.exec(said)?.[1] ?? '';
  return {
    url,
    http: supertest(url),
    pid: child.pid!,
    said: () => said,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function watch(child: ChildProcess, said: () => string): Promise<void> {
  const { promise, resolve: done, reject } = Promise.withResolvers<undefined>();
  const fail = (why: string): void => {
    child.kill('SIGKILL');
    reject(new Error(`The service ${why}. It said: ${said()}`));
  };
  const timer = setTimeout(() => {
    fail('is not ready in time');
  }, START_MS);
  const look = setInterval(() => {
    if (said().includes('Stop it with Ctrl+C')) done(undefined);
  }, 20);
  child.once('exit', () => {
    fail('has ended');
  });
  return promise.finally(() => {
    clearTimeout(timer);
    clearInterval(look);
    child.removeAllListeners('exit');
  });
}
