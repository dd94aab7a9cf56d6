/**
 * How long the service takes from the request to the stored, profiled data set, beside pandas' `read_csv` and
 * `describe` on the same file, in turns; and what memory that takes:
 *
 *     npm run with-postgres -- node bench/reading.ts [--rows 1000000] [--columns 16] [--rounds 3] [--peer python3]
 *
 * The service is started from `dist` on the PostgreSQL in TEST_DATABASE_URL. `--peer none` leaves pandas out, as for a
 * file of a gibibyte, of which only the memory is asked.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, openAsBlob, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';

interface PeerReport {
  seconds: number;
  peakMiB: number;
  version: string;
}

const ROOT = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    peer: { type: 'string', default: process.env.PYTHON ?? 'python3' },
  },
});

/** Normal numbers with all their digits, as a scientist's script writes them. */
async function writeCsv(file: string, rows: number, columns: number): Promise<void> {
  const out = createWriteStream(file);
  out.write(`${Array.from({ length: columns }, (_, i) => `x${i}`).join()}\n`);
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  for (let row = 0; row < rows; row += 1000) {
    let text = '';
    for (let i = row; i < Math.min(rows, row + 1000); i++) {
      text += `${Array.from({ length: columns }, (_, j) => normal() * 10 ** (j % 4)).join()}\n`;
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** The most resident memory that a process ever had, in MiB; 0 where the system does not tell. */
function peakMiB(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : 0;
  } catch {
    return 0;
  }
}

/** Processes that a process started. */
function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

async function startService(folder: string, databaseUrl: string): Promise<{ service: ChildProcess; url: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    PORT: '0',
    SECRET_KEY: randomUUID().repeat(2),
  };
  const service = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let screen = '';
  for await (const chunk of service.stdout as AsyncIterable<Buffer>) {
    screen += chunk.toString();
    const url = /Address\s+(\S+)/.exec(screen)?.[1];
    if (url) return { service, url };
  }
  throw new Error(`The service did not start: ${screen}`);
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const body = (await response.json()) as T;
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-reading-'));
const server = process.env.TEST_DATABASE_URL;
if (!server) throw new Error('TEST_DATABASE_URL is missing: run this by npm run with-postgres.');
const client = new pg.Client({ connectionString: server });
await client.connect();
const database = `bench_${process.pid}`;
await client.query(`CREATE DATABASE ${database}`);
const { service, url } = await startService(folder, Object.assign(new URL(server), { pathname: `/${database}` }).href);
try {
  const file = join(folder, 'numbers.csv');
  await writeCsv(file, Number(options.rows), Number(options.columns));
  console.log(`${options.rows} x ${options.columns}, ${((await stat(file)).size / 2 ** 20).toFixed(0)} MiB`);
  const json = { 'Content-Type': 'application/json' };
  const account = JSON.stringify({ username: 'bench', password: randomUUID() });
  const { accessToken } = await call<{ accessToken: string }>(`${url}/api/v1/auth/register`, {
    method: 'POST',
    headers: json,
    body: account,
  });
  const headers = { Authorization: `Bearer ${accessToken}` };
  const { id } = await call<{ id: string }>(`${url}/api/v1/chats`, {
    method: 'POST',
    headers: { ...headers, ...json },
    body: '{"title":"Bench"}',
  });
  const ratios: number[] = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const form = new FormData();
    form.append('file', await openAsBlob(file), 'numbers.csv');
    const begun = performance.now();
    const dataset = await call<{ id: string; rowCount: number }>(`${url}/api/v1/chats/${id}/datasets`, {
      method: 'POST',
      headers,
      body: form,
    });
    const seconds = (performance.now() - begun) / 1000;
    if (dataset.rowCount !== Number(options.rows)) throw new Error(`only ${dataset.rowCount} rows`);
    await fetch(`${url}/api/v1/datasets/${dataset.id}`, { method: 'DELETE', headers });
    let line = `centroid ${seconds.toFixed(2)} s`;
    if (options.peer !== 'none') {
      const script = join(ROOT, 'bench/peers/pandas_read.py');
      const peer = JSON.parse(execFileSync(options.peer, [script, file], { encoding: 'utf8' })) as PeerReport;
      if (round > 0) ratios.push(seconds / peer.seconds);
      line += `, pandas ${peer.version} ${peer.seconds.toFixed(2)} s (${peer.peakMiB.toFixed(0)} MiB), ratio ${(seconds / peer.seconds).toFixed(2)}`;
    }
    console.log(round === 0 ? `warm-up: ${line}` : line);
  }
  const middle = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
  if (ratios.length > 0) console.log(`median ratio ${middle.toFixed(2)}`);
  const peaks = children(service.pid!).map((pid) => `reader ${peakMiB(pid).toFixed(0)} MiB`);
  console.log(`peak memory: service ${peakMiB(service.pid!).toFixed(0)} MiB, ${peaks.join(', ')}`);
} finally {
  service.kill();
  await once(service, 'exit');
  await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await client.end();
  await rm(folder, { recursive: true });
}
