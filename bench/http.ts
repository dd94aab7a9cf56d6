/**
 * `npm run bench:http`: what a request costs beside the cheapest there is, and whether sign-ins give anything away. Needs
 * the built service and a PostgreSQL in TEST_DATABASE_URL. See README.md.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import pg from 'pg';
import { START } from '../scripts/start-command.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'rates,stall,timing' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    /** Only rates of requests whose name contains this. */
    match: { type: 'string', default: '' },
    /** Where the service writes what it spends its time on. */
    profile: { type: 'string' },
  },
});
const parts = options.only.split(',');
const PASSWORD = 'correct horse battery staple';

const folder = mkdtempSync(join(tmpdir(), 'centroid-bench-http-'));
const server = process.env.TEST_DATABASE_URL;
if (!server) throw new Error('TEST_DATABASE_URL is not set: npm run with-postgres brings a server.');

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function startService(databaseUrl: string): Promise<{ url: string; child: ChildProcess }> {
  const most = '1000000';
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl,
    SECRET_KEY: randomBytes(32).toString('base64url'),
    PORT: '0',
    REQUESTS_PER_MINUTE: most,
    REGISTRATIONS_PER_HOUR: most,
    LOGIN_FAILURES: most,
    ACCOUNT_FAILURES: most,
  };
  const flags = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  // Its log goes to a file, as it would in earnest.
  const log = join(folder, 'log');
  const child = spawn(process.execPath, [...flags, ...START], {
    env,
    cwd: folder,
    stdio: ['ignore', openSync(log, 'w'), 'inherit'],
  });
  for (let i = 0; i < 300 && child.exitCode === null; i++) {
    await pause(100);
    const url = /Address\s+(\S+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (url) return { url: url.replace('localhost', '127.0.0.1'), child };
  }
  throw new Error(`The service does not start: ${readFileSync(log, 'utf8')}`);
}

/** Requests of one kind that a load is made of. */
interface Kind {
  name: string;
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

async function rate(url: string, { path, method = 'GET', headers = {}, body }: Kind, seconds: number): Promise<number> {
  const result = await autocannon({
    url: url + path,
    method,
    headers,
    ...(body !== undefined && { body }),
    connections: Number(options.connections),
    duration: seconds,
  });
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${path}: ${result.errors} errors, ${result.non2xx} answers other than 2xx`);
  }
  return result.requests.average;
}

const agent = new Agent({ keepAlive: true });

/** @returns the milliseconds of one request */
function time(url: string, { path, method = 'GET', headers = {}, body }: Kind, expected = 200): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const sent = request(url + path, { agent, method, headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === expected) resolve(performance.now() - start);
        else reject(new Error(`${path}: ${answer.statusCode ?? 0}`));
      });
    }).on('error', reject);
    sent.end(body);
  });
}

const json = { 'Content-Type': 'application/json' };
const live: Kind = { name: '/health/live', path: '/health/live' };
const login = (username: string, password: string): Kind => ({
  name: 'login',
  path: '/api/v1/auth/login',
  method: 'POST',
  headers: json,
  body: JSON.stringify({ username, password }),
});

async function call<T>(url: string, path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Signed-in requests a second as a share of those of the cheapest request, in rounds of one after the other. */
async function compareRates(url: string): Promise<void> {
  const username = `bench-${randomUUID().slice(0, 8)}`;
  const { accessToken } = await call<{ accessToken: string }>(url, 'auth/register', { username, password: PASSWORD });
  const auth = { Authorization: `Bearer ${accessToken}` };
  const chats: { id: string }[] = [];
  for (let i = 0; i < 20; i++) chats.push(await call(url, 'chats', { title: `Chat ${i}` }, auth));
  const values = Array.from({ length: 8 }, (_, i) => [i, i / 2, -i, i * i]);
  const columns = ['a', 'b', 'c', 'd'];
  const { id } = await call<{ id: string }>(url, `chats/${chats[0].id}/centers`, { columns, values }, auth);
  const body = JSON.stringify({ rows: [[1.5, 2.5, -3.5, 4.5]] });
  const predict = { method: 'POST', headers: { ...json, ...auth }, body } as const;
  const all: (Kind & { target: number | undefined })[] = [
    { name: 'GET /chats?limit=3', path: '/api/v1/chats?limit=3', headers: auth, target: undefined },
    { name: 'GET /chats (20 of them)', path: '/api/v1/chats', headers: auth, target: 0.4 },
    {
      name: 'POST /centers/{id}/predictions, one row',
      path: `/api/v1/centers/${id}/predictions`,
      ...predict,
      target: 0.5,
    },
    {
      name: 'POST /chats/{id}/predictions, one row',
      path: `/api/v1/chats/${chats[0].id}/predictions`,
      ...predict,
      target: undefined,
    },
    { name: 'GET /users/me', path: '/api/v1/users/me', headers: auth, target: undefined },
  ];
  const kinds = all.filter(({ name }) => name.includes(options.match));
  for (const kind of [live, ...kinds]) await rate(url, kind, 2);
  const rounds: number[][] = [];
  for (let i = 0; i < Number(options.rounds); i++) {
    const rates: number[] = [];
    for (const kind of [live, ...kinds]) rates.push(await rate(url, kind, Number(options.seconds)));
    rounds.push(rates);
  }
  console.log(`\n/health/live: ${median(rounds.map(([first]) => first)).toFixed(0)} requests a second`);
  kinds.forEach(({ name, target }, i) => {
    const share = median(rounds.map((rates) => rates[i + 1] / rates[0]));
    const wanted = target === undefined ? '' : `, target ${target * 100} %: ${share >= target ? 'met' : 'MISSED'}`;
    const perSecond = median(rounds.map((rates) => rates[i + 1])).toFixed(0);
    console.log(`${name}: ${perSecond} requests a second, ${(share * 100).toFixed(0)} % of /health/live${wanted}`);
  });
}

/** Whether others wait while many sign in: the cheapest request, one after the other, idle and during 20 sign-ins. */
async function compareStall(url: string): Promise<void> {
  const username = `bench-${randomUUID().slice(0, 8)}`;
  await call(url, 'auth/register', { username, password: PASSWORD });
  const sample = async (until: Promise<unknown>): Promise<number[]> => {
    const times: number[] = [];
    const state = { over: false };
    void until.finally(() => (state.over = true));
    while (!state.over) {
      times.push(await time(url, live));
      await pause(2);
    }
    return times;
  };
  await sample(pause(1000));
  const idle: number[] = [];
  const busy: number[] = [];
  for (let i = 0; i < 3; i++) {
    idle.push(...(await sample(pause(3000))));
    busy.push(...(await sample(Promise.all(Array.from({ length: 20 }, () => time(url, login(username, PASSWORD)))))));
  }
  const words = (times: number[]): string =>
    `p50 ${percentile(times, 0.5).toFixed(2)}, p99 ${percentile(times, 0.99).toFixed(2)}, max ${Math.max(...times).toFixed(2)} ms of ${times.length}`;
  console.log(`\n/health/live, idle: ${words(idle)}`);
  console.log(`/health/live, during 20 sign-ins at once: ${words(busy)}`);
  console.log(`p99 during / idle: ${(percentile(busy, 0.99) / percentile(idle, 0.99)).toFixed(2)}`);
}

/** Whether the time of a refusal tells if there is such a user. */
async function compareTiming(url: string): Promise<void> {
  const known = `bench-${randomUUID().slice(0, 8)}`;
  await call(url, 'auth/register', { username: known, password: PASSWORD });
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const wrong = `${PASSWORD}!`;
  for (let i = 0; i < 100; i++) {
    const order = i % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const which of order) {
      const name = which === 'known' ? known : `bench-${randomUUID().slice(0, 8)}`;
      times[which].push(await time(url, login(name, wrong), 401));
    }
  }
  const [a, b] = [median(times.unknown), median(times.known)];
  const apart = Math.abs(a / b - 1);
  console.log(
    `\nlogin refused, median of 100: unknown ${a.toFixed(1)} ms, known ${b.toFixed(1)} ms, ` +
      `${(apart * 100).toFixed(1)} % apart, target 5 %: ${apart <= 0.05 ? 'met' : 'MISSED'}`,
  );
}

const name = `centroid_bench_${randomBytes(6).toString('hex')}`;
const admin = new pg.Client({ connectionString: server });
await admin.connect();
await admin.query(`CREATE DATABASE ${name}`);
let service: Awaited<ReturnType<typeof startService>> | undefined;
try {
  service = await startService(Object.assign(new URL(server), { pathname: `/${name}` }).href);
  if (parts.includes('rates')) await compareRates(service.url);
  if (parts.includes('stall')) await compareStall(service.url);
  if (parts.includes('timing')) await compareTiming(service.url);
} finally {
  if (service) {
    const gone = new Promise((resolve) => service?.child.once('exit', resolve));
    service.child.kill('SIGTERM');
    await gone;
  }
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
