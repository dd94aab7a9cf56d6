import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, readRun, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const LONG = { k: 20, nInit: 10_000, tolerance: 0 };

describe('what one user may have', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;
  let datasetId: string;
  beforeAll(async () => {
    service = await startApp({
      QUEUED_RUNS: '3',
      RUNNING_RUNS: '1',
      RUNS_AT_ONCE: '2',
      USER_QUOTA_MB: '1',
      JOB_DAYS: '3',
    });
    ada = await signUp(service);
    chatId = await openChat(service, ada);
    datasetId = await uploadRows(service, ada, chatId, ['a', 'b'], noise(2000, 2));
  });
  afterAll(() => service.close());

  it('is so many runs that have not ended, also when they are asked for at once', async () => {
    const ask = () =>
      service.http
        .post(`/api/v1/chats/${chatId}/runs`)
        .set(ada.auth)
        .send({ datasetId, ...LONG });
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    const accepted = answers.filter(({ status }) => status === 202).map(({ body }) => (body as { id: string }).id);
    expect(accepted).toHaveLength(3);
    const refused = answers.find(({ status }) => status !== 202)!;
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'limit.runs' });
    expect(refused.headers['retry-after']).toBe('10');

    // One of them runs, although there are hands for two; somebody else's gets the other.
    await Promise.any(accepted.map((id) => runThat(service, ada, id, isRunning)));
    const bob = await signUp(service);
    const bobs = await openChat(service, bob);
    const run = await startRun(service, bob, bobs, {
      datasetId: await uploadRows(service, bob, bobs, ['a'], [[1], [2], [9]]),
      k: 2,
    });
    // It is in hand, though both train on the same threads, in turns.
    await runThat(service, bob, run.id, ({ attempts }) => attempts === 1);
    await sleep(2500);
    const states = await Promise.all(accepted.map(async (id) => (await readRun(service, ada, id)).status));
    expect(states.sort()).toEqual(['queued', 'queued', 'running']);

    for (const id of accepted) await service.http.post(`/api/v1/runs/${id}/cancel`).set(ada.auth).send({}).expect(200);
    const next = await startRun(service, ada, chatId, { datasetId, k: 2 });
    expect(await runThat(service, ada, next.id, hasEnded)).toMatchObject({ status: 'succeeded' });
  });

  it('is so many bytes, also when they come at once', async () => {
    const eva = await signUp(service);
    const evas = await openChat(service, eva);
    const rows = noise(6000, 6);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => service.http.post(`/api/v1/chats/${evas}/datasets`).set(eva.auth).send({ rows })),
    );
    const stored = answers.filter(({ status }) => status === 201);
    for (const { status, body } of answers) {
      if (status !== 201) expect(body).toMatchObject({ status: 413, code: 'dataset.quota_exceeded' });
    }
    expect(stored.length).toBeGreaterThan(0);
    const [{ bytes }] = await service.app
      .get(DataSource)
      .query<[{ bytes: number }]>(
        `SELECT COALESCE(sum(length(bytes)), 0)::int AS bytes FROM dataset_blocks WHERE user_id = $1`,
        [eva.id],
      );
    expect(bytes).toBeLessThanOrEqual(2 ** 20);
    const [{ n }] = await service.app
      .get(DataSource)
      .query<[{ n: number }]>(`SELECT count(*)::int AS n FROM datasets WHERE user_id = $1`, [eva.id]);
    expect(n).toBe(stored.length);
  });

  it('is kept in the queue for as long as the setting says', async () => {
    const [{ seconds }] = await service.app
      .get(DataSource)
      .query<[{ seconds: number }]>(`SELECT deletion_seconds AS seconds FROM pgboss.queue WHERE name = 'runs'`);
    expect(seconds).toBe(3 * 24 * 3600);
  });
});
