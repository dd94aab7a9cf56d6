import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, readRun, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';
import { allEvents } from '../support/events.js';

const COLUMNS = ['a', 'b', 'c', 'd'];
const ROWS = noise(2000, COLUMNS.length);
/** Restarts enough for minutes, so that a run ends early only if it is made to. */
const LONG = { k: 20, nInit: 10_000, tolerance: 0 };
const SOON = { k: 2, nInit: 1, maxIterations: 5 };

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
    const { body } = await my.post<unknown>(`/runs/${third.id}/cancel`, { force: true }, 400);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'force' }] });
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
});
