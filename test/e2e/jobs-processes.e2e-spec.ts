import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, readRun, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { allEvents, followEvents } from '../support/events.js';
import { type ServiceProcess, startService } from '../support/service.js';

const COLUMNS = ['a', 'b', 'c', 'd'];
const ROWS = noise(2000, COLUMNS.length);
/** Long enough to be caught at it, short enough to be done again. */
const MIDDLING = { k: 20, nInit: 400, tolerance: 0, seed: 1 };
/** Minutes, so that it ends early only if it is made to. */
const LONG = { k: 20, nInit: 10_000, tolerance: 0 };
/** On the embedded database a start takes up at once what was left; on PostgreSQL it may be another's until its lease ends. */
const TAKEN_UP_MS = process.env.TEST_DATABASE_URL === undefined ? 5000 : 30_000;

describe('a service that ends while a run is running', () => {
  let service: ServiceProcess | undefined;

  afterEach(async () => {
    await service?.kill();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s goes on with it after the next start, once',
    async (signal) => {
      const database = await createTestDatabase();
      service = await startService(database.env);
      const user = await signUp(service);
      const chatId = await openChat(service, user);
      const datasetId = await uploadRows(service, user, chatId, COLUMNS, ROWS);
      // Long enough to be caught at it, short enough to be done again.
      const run = await startRun(service, user, chatId, { datasetId, ...MIDDLING });
      await runThat(service, user, run.id, isRunning);
      const following = allEvents(service.url, run.id, user.auth).catch(() => 'cut off');
      if (signal === 'SIGTERM') {
        const began = performance.now();
        await service.stop();
        expect(performance.now() - began).toBeLessThan(10_000);
      } else {
        await service.kill();
      }
      await following;

      service = await startService(database.env);
      const again = await runThat(service, user, run.id, ({ attempts }) => attempts === 2, TAKEN_UP_MS);
      expect(again.startedAt).not.toBeNull();
      const ended = await runThat(service, user, run.id, hasEnded, 60_000);
      expect(ended).toMatchObject({ status: 'succeeded', attempts: 2 });
      const my = api(service, user);
      const list = async (what: string) => (await my.get<{ items: object[] }>(`/chats/${chatId}/${what}`)).body.items;
      expect(await list('centers')).toHaveLength(1);
      const kinds = (await list('messages')).map((message) => (message as { kind: string }).kind);
      expect(kinds.filter((kind) => kind === 'run')).toHaveLength(1);
      await service.stop();
      await database.drop();
    },
    120_000,
  );
});

/** Several processes need a server between them: `npm run with-postgres` brings one. */
if (process.env.TEST_DATABASE_URL !== undefined) {
  describe('an API and workers in processes of their own', () => {
    let database: TestDatabase;
    let running: ServiceProcess[];
    let service: ServiceProcess;
    let user: TestUser;
    let chatId: string;
    let datasetId: string;

    const startRole = async (ROLE: string): Promise<ServiceProcess> => {
      const started = await startService({ ...database.env, ROLE, RUNS_AT_ONCE: '1' });
      running.push(started);
      return started;
    };
    const start = (body: object) => startRun(service, user, chatId, { datasetId, ...body });
    const until = (run: RunAnswer, wanted: (run: RunAnswer) => boolean, milliseconds?: number) =>
      runThat(service, user, run.id, wanted, milliseconds);

    beforeEach(async () => {
      running = [];
      database = await createTestDatabase();
      service = await startRole('api');
      user = await signUp(service);
      chatId = await openChat(service, user);
      datasetId = await uploadRows(service, user, chatId, COLUMNS, ROWS);
    }, 60_000);

    afterEach(async () => {
      await Promise.all(running.map((one) => one.kill()));
      await database.drop();
    });

    it('share the work: one accepts and tells, the other trains', async () => {
      const run = await start(MIDDLING);
      expect(await readRun(service, user, run.id)).toMatchObject({ status: 'queued', attempts: 0 });
      const following = collect(service.url, run.id, user.auth);
      const worker = await startRole('worker');
      expect(worker.url).toBe('');
      const events = await following;
      expect(events.at(-1)!.type).toBe('succeeded');
      expect(events.length).toBeGreaterThan(3);
      // Told by a notification, not found by looking.
      const { run: ended, late } = events.at(-1)!;
      expect(late).toBeLessThan(1000);
      expect(ended).toEqual(await readRun(service, user, run.id));
    }, 90_000);

    it('hear of a cancellation within a second', async () => {
      await startRole('worker');
      const long = await start(LONG);
      await until(long, isRunning);
      const next = await start(MIDDLING);
      const { finishedAt } = await cancel(long.id);
      const taken = await until(next, ({ attempts }) => attempts === 1);
      expect(Date.parse(taken.startedAt!) - Date.parse(finishedAt!)).toBeLessThan(1000);
    }, 90_000);

    it('go on with what a killed worker had, once, within 30 seconds', async () => {
      const worker = await startRole('worker');
      const run = await start(MIDDLING);
      await until(run, isRunning);
      await worker.kill();
      const killed = performance.now();
      await startRole('worker');
      await until(run, ({ attempts }) => attempts === 2, 30_000);
      expect(performance.now() - killed).toBeLessThan(30_000);
      const ended = await until(run, hasEnded);
      expect(ended).toMatchObject({ status: 'succeeded', attempts: 2 });
      const { body } = await api(service, user).get<{ items: object[] }>(`/chats/${chatId}/centers`);
      expect(body.items).toHaveLength(1);
    }, 120_000);

    it('hand over at once what a stopped worker had', async () => {
      const worker = await startRole('worker');
      const run = await start(MIDDLING);
      await until(run, isRunning);
      await startRole('worker');
      const began = performance.now();
      await worker.stop();
      expect(performance.now() - began).toBeLessThan(10_000);
      await until(run, ({ attempts }) => attempts === 2, 5000);
      expect(await until(run, hasEnded)).toMatchObject({ status: 'succeeded', attempts: 2 });
    }, 120_000);

    const cancel = async (runId: string) =>
      (await api(service, user).post<RunAnswer>(`/runs/${runId}/cancel`, {}, 200)).body;
  });
}

/** A run's events, and how long after the end of the run each came in. */
async function collect(...of: Parameters<typeof followEvents>) {
  const events = [];
  for await (const { type, run } of followEvents(...of)) {
    events.push({ type, run, late: Date.now() - Date.parse(run.finishedAt ?? run.createdAt) });
  }
  return events;
}
