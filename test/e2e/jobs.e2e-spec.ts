import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { completeRun, hasEnded, readRun, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { createTestDatabase } from '../support/database.js';
import { allEvents } from '../support/events.js';
import { type ServiceProcess, startService } from '../support/service.js';

const COLUMNS = ['a', 'b', 'c', 'd'];
const ROWS = noise(2000, COLUMNS.length);
/** Restarts enough for minutes, so that a run ends early only if it is made to. */
const LONG = { k: 20, nInit: 10_000, tolerance: 0 };
const SOON = { k: 2, nInit: 1, maxIterations: 5 };

function isRunning({ status, progress }: RunAnswer): boolean {
  return status === 'running' && progress.phase === 'training';
}

describe('runs in one process', () => {
  let app: TestApp;
  let user: TestUser;
  let my: ReturnType<typeof api>;
  let chatId: string;
  let datasetId: string;

  beforeAll(async () => {
    app = await startApp({ RUNS_AT_ONCE: '1' });
    user = await signUp(app);
    my = api(app, user);
    chatId = await openChat(app, user);
    datasetId = await uploadRows(app, user, chatId, COLUMNS, ROWS);
  });

  afterAll(async () => {
    await app.close();
  });

  const start = (body: object) => startRun(app, user, chatId, { datasetId, ...body });
  const cancel = async (runId: string) => (await my.post<RunAnswer>(`/runs/${runId}/cancel`, {}, 200)).body;
  const told = async (runId: string) => {
    const { body } = await my.get<{ items: { runId?: string; text: string }[] }>(`/chats/${chatId}/messages?limit=100`);
    return body.items.filter((message) => message.runId === runId).map(({ text }) => text);
  };

  it('are cancelled before, during and after', async () => {
    const first = await start(LONG);
    const second = await start(LONG);
    await runThat(app, user, first.id, isRunning);
    const queued = await readRun(app, user, second.id);
    expect(queued).toMatchObject({ status: 'queued', attempts: 0 });

    const before = await cancel(second.id);
    expect(before).toMatchObject({ status: 'cancelled', startedAt: null, finishedAt: expect.any(String) });

    const following = allEvents(app.url, first.id, user.auth);
    const asked = performance.now();
    const during = await cancel(first.id);
    expect(during).toMatchObject({ status: 'cancelled', attempts: 1, startedAt: expect.any(String) });
    const last = (await following).at(-1)!;
    expect(last).toMatchObject({ type: 'cancelled', run: during });
    expect(last.at - asked).toBeLessThan(1000);
    for (const run of [first, second]) expect(await told(run.id)).toEqual(['The run for 20 clusters was cancelled.']);

    // The worker is free again, and takes nothing up that has been cancelled.
    const third = await start(SOON);
    const ended = await runThat(app, user, third.id, hasEnded, 5000);
    expect(ended.status).toBe('succeeded');
    expect(await cancel(third.id)).toEqual(ended);
    expect(await readRun(app, user, second.id)).toEqual(before);
    expect(await readRun(app, user, first.id)).toEqual(during);
  });

  it('tell how far they are', async () => {
    const run = await start(LONG);
    const seen = await runThat(app, user, run.id, ({ progress }) => progress.restart > 1 && progress.iteration > 0);
    expect(seen.progress).toMatchObject({ phase: 'training', k: 20 });
    expect(seen.progress.fraction).toBeGreaterThan(0);
    expect(seen.progress.fraction).toBeLessThan(1);
    expect(seen.progress.inertia).toBeGreaterThan(0);
    await cancel(run.id);
  });

  it('leave the service answering', async () => {
    const run = await start(LONG);
    await runThat(app, user, run.id, isRunning);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const began = performance.now();
      await my.get(`/chats/${chatId}`);
      times.push(performance.now() - began);
    }
    await cancel(run.id);
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(250);
  });

  it('keep their data set until they have ended', async () => {
    const own = await uploadRows(app, user, chatId, COLUMNS, ROWS);
    const run = await startRun(app, user, chatId, { datasetId: own, ...LONG });
    const { body } = await api(app, user).delete(`/datasets/${own}`, 409);
    expect(body).toMatchObject({ code: 'dataset.in_use' });
    await runThat(app, user, run.id, isRunning);
    await my.delete(`/datasets/${own}`, 409);
    await cancel(run.id);
    await my.delete(`/datasets/${own}`, 204);
    expect(await readRun(app, user, run.id)).toMatchObject({ status: 'cancelled', datasetId: null });
  });

  it('go with their chat, and the worker stops', async () => {
    const other = await openChat(app, user, 'Short-lived');
    const own = await uploadRows(app, user, other, COLUMNS, ROWS);
    const run = await startRun(app, user, other, { datasetId: own, ...LONG });
    await runThat(app, user, run.id, isRunning);
    const following = allEvents(app.url, run.id, user.auth);
    await my.delete(`/chats/${other}`);
    await my.get(`/runs/${run.id}`, 404);
    expect((await following).map(({ type }) => type)).not.toContain('succeeded');
    const next = await start(SOON);
    expect(await runThat(app, user, next.id, hasEnded, 5000)).toMatchObject({ status: 'succeeded' });
  });

  it('of one user do not keep those of another waiting', async () => {
    const long = await start(LONG);
    await runThat(app, user, long.id, isRunning);
    const many = [];
    for (let i = 0; i < 5; i++) many.push(await start({ ...SOON, nInit: 200 }));
    const other = await signUp(app);
    const otherChat = await openChat(app, other);
    const otherData = await uploadRows(app, other, otherChat, ['x'], [[1], [2], [9]]);
    const one = await startRun(app, other, otherChat, { datasetId: otherData, k: 2 });
    await cancel(long.id);
    const { finishedAt } = await runThat(app, other, one.id, hasEnded);
    const ends = [];
    for (const { id } of many) ends.push((await runThat(app, user, id, hasEnded)).finishedAt!);
    // At most the one that was next at that moment came first.
    expect(ends.filter((end) => end < finishedAt!).length).toBeLessThanOrEqual(1);
  });

  it.each([
    [
      'more clusters than distinct rows',
      [
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      { k: 3 },
      'kmeans.too_few_distinct_rows',
      /\b2\b/,
    ],
    [
      'missing values under "error"',
      [
        [1, 1],
        [null, 2],
        [3, 3],
      ],
      {},
      'dataset.missing_values',
      /"a" \(1\)/,
    ],
    [
      'no row without a missing value',
      [
        [1, null],
        [null, 2],
        [3, null],
        [null, 4],
      ],
      { missing: 'drop' },
      'dataset.no_rows_left',
      /./,
    ],
    [
      'too few rows that are left',
      [
        [1, 1],
        [null, 2],
        [3, 3],
      ],
      { k: 3, missing: 'drop' },
      'kmeans.k_above_rows',
      /2/,
    ],
  ])('fail for %s, and say so', async (_, rows, fields, code, detail) => {
    const own = await uploadRows(app, user, chatId, ['a', 'b'], rows);
    const run = await completeRun(app, user, chatId, { datasetId: own, k: 2, ...fields });
    expect(run).toMatchObject({
      status: 'failed',
      error: { status: 422, code, detail: expect.stringMatching(detail) },
      finishedAt: expect.any(String),
    });
    expect(run).not.toHaveProperty('result');
    expect(await told(run.id)).toEqual([`The run for ${run.params.k as number} clusters failed: ${run.error!.detail}`]);
    await my.delete(`/datasets/${own}`, 204);
  });

  describe('that cannot be', () => {
    let quiet: string;
    let flowers: string;

    beforeAll(async () => {
      quiet = await openChat(app, user, 'Quiet');
      flowers = await uploadRows(
        app,
        user,
        quiet,
        ['x', 'flat', 'name'],
        [
          [1, 5, 'a'],
          [2, 5, 'b'],
          [9, 5, 'a'],
        ],
      );
    });

    /** Nothing may be left of a refused run: neither it nor a hold on its data. */
    afterEach(async () => {
      const { body } = await my.get<unknown>(`/chats/${quiet}/runs`);
      expect(body).toEqual({ items: [], nextCursor: null });
    });

    it.each([
      ['k', { k: 0 }, 400, 'request.invalid'],
      ['k', { k: -1 }, 400, 'request.invalid'],
      ['k', { k: 2.5 }, 400, 'request.invalid'],
      ['k', { k: '3' }, 400, 'request.invalid'],
      ['k', { k: null }, 400, 'request.invalid'],
      ['k', { k: 4 }, 422, 'kmeans.k_above_rows'],
      ['k', { k: { min: 2, max: 3 } }, 422, 'run.range_not_supported'],
      ['columns.0', { columns: ['y'] }, 422, 'dataset.unknown_column'],
      ['columns.1', { columns: ['x', 'name'] }, 422, 'run.not_numeric'],
      ['columns', { columns: ['flat'] }, 422, 'dataset.constant'],
      ['columns', { columns: [] }, 400, 'request.invalid'],
      ['idColumn', { idColumn: 'nobody' }, 422, 'dataset.unknown_column'],
      ['clusters', { clusters: 3 }, 400, 'request.invalid'],
      ['datasetId', { datasetId: 'iris' }, 400, 'request.invalid'],
    ])('for its %s are refused: %j', async (path, fields, status, code) => {
      const { body } = await my.post<{ errors: { path: string }[] }>(
        `/chats/${quiet}/runs`,
        { datasetId: flowers, k: 2, ...fields },
        status,
      );
      expect(body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
      expect(body.errors.map((error) => error.path)).toContain(path);
    });

    it("for their data are refused, whether it is nobody's, somebody else's, or another chat's", async () => {
      const nobody = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId: randomUUID(), k: 2 }, 404);
      const stranger = await signUp(app);
      const strange = await openChat(app, stranger);
      const foreign = await uploadRows(app, stranger, strange, ['x'], [[1], [2]]);
      const others = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId: foreign, k: 2 }, 404);
      expect(others.body).toEqual(nobody.body);
      const elsewhere = await my.post<unknown>(`/chats/${quiet}/runs`, { datasetId, k: 2 }, 422);
      expect(elsewhere.body).toMatchObject({ code: 'run.other_chat' });
      const centersId = randomUUID();
      await my.post(`/chats/${quiet}/runs`, { datasetId: flowers, k: 2, init: { centersId } }, 404);
    });

    it('for want of JSON are refused', async () => {
      const { body } = (await app.http
        .post(`/api/v1/chats/${quiet}/runs`)
        .set(user.auth)
        .set('Content-Type', 'application/json')
        .send('{"k": 3')
        .expect(400)) as { body: unknown };
      expect(body).toMatchObject({ code: 'request.invalid_json' });
    });

    it('leave the data set free', async () => {
      const own = await uploadRows(app, user, quiet, ['x'], [[1], [2]]);
      await my.post(`/chats/${quiet}/runs`, { datasetId: own, k: 3 }, 422);
      await my.delete(`/datasets/${own}`, 204);
    });
  });

  it("are somebody else's to nobody", async () => {
    const run = await completeRun(app, user, chatId, { datasetId, ...SOON });
    const stranger = api(app, await signUp(app));
    const unknown = randomUUID();
    const call = async (id: string) => [
      (await stranger.get<unknown>(`/runs/${id}`, 404)).body,
      (await stranger.post<unknown>(`/runs/${id}/cancel`, {}, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/labels`, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/labels`, 404, { Accept: 'text/csv' })).body,
      (await stranger.get<unknown>(`/runs/${id}/projection`, 404)).body,
      (await stranger.get<unknown>(`/runs/${id}/events`, 404)).body,
    ];
    expect(await call(run.id)).toEqual(await call(unknown));
    await stranger.get(`/chats/${chatId}/runs`, 404);
    await stranger.post(`/chats/${chatId}/runs`, { datasetId, k: 2 }, 404);
    for (const id of ['7', 'iris', `${run.id}0`]) await my.get(`/runs/${id}`, 404);
    expect(await readRun(app, user, run.id)).toEqual(run);
  });

  it('need a credential', async () => {
    for (const path of [`/chats/${chatId}/runs`, `/runs/${randomUUID()}`, `/runs/${randomUUID()}/events`]) {
      await app.http.get(`/api/v1${path}`).expect(401).expect('WWW-Authenticate', 'Bearer');
    }
  });
});

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
      const run = await startRun(service, user, chatId, { datasetId, k: 20, nInit: 60, tolerance: 0, seed: 1 });
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
      const again = await runThat(service, user, run.id, ({ attempts }) => attempts === 2, 5000);
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
