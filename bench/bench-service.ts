/** What benchmarks over HTTP have in common: a service of their own, an account on it, and memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { START } from '../scripts/start-command.ts';

export const ROOT = join(import.meta.dirname, '..');

/** A service from `dist` on a database of its own, with somebody signed up and a chat. */
export interface BenchService {
  /** Of the API, such as `http://127.0.0.1:1234/api/v1`. */
  url: string;
  pid: number;
  headers: Record<string, string>;
  chatId: string;
  /** Where files of the benchmark may lie; removed in the end. */
  folder: string;
  close(): Promise<void>;
}

/** The most resident memory that a process ever had, in MiB; 0 where the system does not tell. */
export function peakMiB(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Processes that a process started. */
export function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

export async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const body = (await response.json()) as T;
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

/** Starts a service on the PostgreSQL in TEST_DATABASE_URL. */
export async function startBenchService(name: string, settings: NodeJS.ProcessEnv = {}): Promise<BenchService> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('TEST_DATABASE_URL is missing: run this by npm run with-postgres.');
  const folder = await mkdtemp(join(tmpdir(), `bench-${name}-`));
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const database = `bench_${process.pid}`;
  await client.query(`CREATE DATABASE ${database}`);
  const { service, origin } = await spawnService({
    ...process.env,
    DATABASE_URL: Object.assign(new URL(server), { pathname: `/${database}` }).href,
    DATA_DIR: folder,
    PORT: '0',
    SECRET_KEY: randomUUID().repeat(2),
    ...settings,
  });
  const url = `${origin}/api/v1`;
  const json = { 'Content-Type': 'application/json' };
  const { accessToken } = await call<{ accessToken: string }>(`${url}/auth/register`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ username: 'bench', password: randomUUID() }),
  });
  const headers = { Authorization: `Bearer ${accessToken}` };
  const { id: chatId } = await call<{ id: string }>(`${url}/chats`, {
    method: 'POST',
    headers: { ...headers, ...json },
    body: '{"title":"Bench"}',
  });
  return {
    url,
    pid: service.pid!,
    headers,
    chatId,
    folder,
    async close() {
      service.kill();
      await once(service, 'exit');
      await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await client.end();
      await rm(folder, { recursive: true });
    },
  };
}

async function spawnService(env: NodeJS.ProcessEnv): Promise<{ service: ChildProcess; origin: string }> {
  const service = spawn(process.execPath, START, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let screen = '';
  const origin = await new Promise<string>((resolve, reject) => {
    // Listened to until the end: a service whose output nobody takes breaks on its next line.
    service.stdout.on('data', (chunk: Buffer) => {
      if (screen.length < 10_000) screen += chunk.toString();
      const found = /Address\s+(\S+)/.exec(screen)?.[1];
      if (found) resolve(found);
    });
    service.once('exit', () => {
      reject(new Error(`The service did not start: ${screen}`));
    });
  });
  return { service, origin };
}
