import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type ServiceProcess, startService } from '../support/service.js';

const TOKEN = 'a-token-for-whoever-scrapes';

describe('metrics', () => {
  let service: TestApp;
  let user: TestUser;
  beforeAll(async () => {
    service = await startApp({ METRICS_TOKEN: TOKEN });
    user = await signUp(service);
  });
  afterAll(() => service.close());

  const read = async (): Promise<string> => {
    const { text } = await service.http
      .get('/metrics')
      .expect(200)
      .expect('Content-Type', /^text\/plain/);
    return text;
  };
  /** The value of a series, 0 while there is none. */
  const value = (text: string, series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length + 1) ?? 0,
    );

  it('answer this machine and whoever bears the token, and nobody else', async () => {
    await read();
    const ask = (headers: Record<string, string>) => service.http.get('/metrics').set(headers);
    await ask({ 'X-Forwarded-For': '203.0.113.9', Authorization: `Bearer ${TOKEN}` }).expect(200);
    for (const headers of [
      { 'X-Forwarded-For': '203.0.113.9' },
      { 'X-Forwarded-For': '127.0.0.1' },
      { Forwarded: 'for=127.0.0.1' },
      { Authorization: 'Bearer not-the-token' },
      { ...user.auth, 'X-Real-IP': '203.0.113.9' },
    ]) {
      const { body } = await ask(headers as unknown as Record<string, string>).expect(401);
      expect(body).toMatchObject({ code: 'auth.metrics_token' });
    }
  });

  it('count requests by route, rows by work, runs by algorithm', async () => {
    const chatId = await openChat(service, user);
    const datasetId = await uploadRows(service, user, chatId, ['a', 'b'], noise(500, 2));
    const run = await startRun(service, user, chatId, { datasetId, k: 3 });
    const { result } = await runThat(service, user, run.id, hasEnded);
    const predict = service.http.post(`/api/v1/centers/${result!.centersId}/predictions`).set(user.auth);
    await predict.send({ rows: noise(7, 2) }).expect(200);
    await service.http.get('/api/v1/chats/not-an-id').set(user.auth).expect(404);
    const text = await read();
    const requests = (method: string, route: string, status: number): number =>
      value(
        text,
        `centroid_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
      );
    expect(requests('POST', '/api/v1/chats/:chatId/runs', 202)).toBe(1);
    expect(requests('GET', '/api/v1/chats/:chatId', 404)).toBe(1);
    expect(value(text, 'centroid_rows_total{work="uploaded"}')).toBe(500);
    expect(value(text, 'centroid_rows_total{work="trained"}')).toBe(500);
    expect(value(text, 'centroid_rows_total{work="predicted"}')).toBe(7);
    const algorithm = (result as unknown as { algorithm: { name: string } }).algorithm.name;
    expect(value(text, `centroid_run_duration_seconds_count{outcome="succeeded",algorithm="${algorithm}"}`)).toBe(1);
    expect(text).not.toContain(run.id);
  });

  it('tell how many jobs wait and for how long, the event loop delay, and the use of the pool', async () => {
    const chatId = await openChat(service, user);
    const datasetId = await uploadRows(service, user, chatId, ['a', 'b'], noise(2000, 2));
    const long = { datasetId, k: 20, nInit: 10_000, tolerance: 0 };
    const runs = [await startRun(service, user, chatId, long), await startRun(service, user, chatId, long)];
    await runThat(service, user, runs[0].id, isRunning);
    await sleep(1100);
    const text = await read();
    expect(value(text, 'centroid_queue_jobs{queue="runs",state="active"}')).toBe(1);
    expect(value(text, 'centroid_queue_jobs{queue="runs",state="created"}')).toBe(1);
    expect(value(text, 'centroid_queue_oldest_seconds{queue="runs",state="created"}')).toBeGreaterThan(1);
    expect(value(text, 'centroid_database_connections{state="idle"}')).toBeGreaterThan(0);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.]+$/m);
    for (const { id } of runs) await service.http.post(`/api/v1/runs/${id}/cancel`).set(user.auth).send({}).expect(200);
    const after = await read();
    expect(value(after, 'centroid_queue_jobs{queue="runs",state="created"}')).toBeLessThanOrEqual(1);
  });
});

describe('a process', () => {
  let database: TestDatabase;
  let service: ServiceProcess | undefined;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await service?.kill();
    await database.drop();
  });

  it('writes one JSON object a line, with the ids of request and run', async () => {
    service = await startService(database.env);
    const user = await signUp(service);
    const chatId = await openChat(service, user);
    const datasetId = await uploadRows(service, user, chatId, ['a', 'b'], noise(200, 2));
    const run: RunAnswer = await startRun(service, user, chatId, { datasetId, k: 2 });
    await runThat(service, user, run.id, hasEnded);
    await service.stop();
    const lines = service
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { userId } = lines.find(({ message }) => message === 'POST /api/v1/chats 201')!;
    expect(userId).toMatch(/^[\da-f-]{36}$/);
    const asked = lines.filter(({ message }) => message === 'POST /api/v1/chats/:chatId/runs 202');
    expect(asked).toEqual([
      expect.objectContaining({
        level: 'log',
        context: 'Http',
        userId,
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      }),
    ]);
    expect(lines.filter(({ runId }) => runId === run.id).map(({ message }) => message)).toEqual([
      'Taken up',
      'Attempt succeeded',
    ]);
    for (const { time } of lines) expect(Date.parse(String(time))).toBeGreaterThan(0);
  });

  it('that is told to stop is not ready, answers what it has in hand, and leaves', async () => {
    service = await startService({ ...database.env, DRAIN_SECONDS: '1', ROLE: 'all' });
    const { url } = service;
    await expect(fetch(`${url}/health/ready`)).resolves.toMatchObject({ status: 200 });
    // A request whose body has not come whole yet.
    const slow = request(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': 40 },
    });
    const answered = once(slow, 'response') as Promise<[{ statusCode: number }]>;
    slow.write('{"username":"nobody",');
    await sleep(100);
    const stopped = service.stop();
    await sleep(300);
    const { status, headers } = await fetch(`${url}/health/ready`);
    expect({ status, retry: headers.has('Retry-After') }).toEqual({ status: 503, retry: true });
    await expect(fetch(`${url}/health/live`)).resolves.toMatchObject({ status: 200 });
    await sleep(1200);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    slow.end('"password":"wrong"}');
    expect((await answered)[0].statusCode).toBe(401);
    const began = performance.now();
    await stopped;
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('leaves where another one has its folder, and says so', async () => {
    const embedded = await createTestDatabase({ server: undefined });
    service = await startService(embedded.env);
    await expect(startService(embedded.env)).rejects.toThrow(/has ended.*in use/s);
    await expect(fetch(`${service.url}/health/ready`)).resolves.toMatchObject({ status: 200 });
    await service.stop();
    await embedded.drop();
  });

  if (process.env.TEST_DATABASE_URL !== undefined) {
    it('is not ready before the database is migrated', async () => {
      await database.drop();
      database = await createTestDatabase({ migrated: false });
      const client = new Client({ connectionString: database.databaseUrl });
      await client.connect();
      // As another process that migrates does.
      await client.query('SELECT pg_advisory_lock(7161119076091029860)');
      const started = startService({ ...database.env, ROLE: 'all' });
      const first = await Promise.race([started.then(() => 'ready'), sleep(4000, 'waiting')]);
      await client.query('SELECT pg_advisory_unlock(7161119076091029860)');
      await client.end();
      service = await started;
      expect(first).toBe('waiting');
      await expect(fetch(`${service.url}/health/ready`)).resolves.toMatchObject({ status: 200 });
    });

    it('that is a worker answers for its health and metrics where it is told to', async () => {
      // Below those that the system gives to whoever asks for any.
      const port = 10_000 + Math.floor(Math.random() * 20_000);
      service = await startService({ ...database.env, ROLE: 'worker', WORKER_PORT: String(port) });
      const url = `http://127.0.0.1:${port}`;
      await expect(fetch(`${url}/health/ready`)).resolves.toMatchObject({ status: 200 });
      const metrics = await fetch(`${url}/metrics`);
      expect(await metrics.text()).toContain('centroid_run_duration_seconds');
      await expect(fetch(`${url}/metrics`, { headers: { Via: 'x' } })).resolves.toMatchObject({ status: 401 });
      await expect(fetch(`${url}/api/v1/chats`)).resolves.toMatchObject({ status: 404 });
    });
  }
});
