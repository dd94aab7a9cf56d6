import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChat } from '../../factories/chats.js';
import { noise, uploadRows } from '../../factories/datasets.js';
import { hasEnded, isRunning, type RunAnswer, runThat, startRun } from '../../factories/runs.js';
import { PASSWORD, signUp, type TestUser } from '../../factories/users.js';
import { api } from '../../support/api.js';
import { refreshTokenOf } from '../../support/cookies.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { followEvents } from '../../support/events.js';
import { type ServiceProcess, startService } from '../../support/service.js';

const LONG = { k: 20, nInit: 10_000, tolerance: 0 };
const MIDDLING = { k: 20, nInit: 100, tolerance: 0 };

/** What ends on one replica has ended on the others within a second. */
async function soon(holds: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > 1000) throw new Error('It does not hold within a second.');
    await sleep(20);
  }
}

describe('two replicas and a worker behave as one service', () => {
  let database: TestDatabase;
  let here: ServiceProcess;
  let there: ServiceProcess;
  let worker: ServiceProcess;
  let ada: TestUser;
  let chatId: string;
  let datasetId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    [here, there, worker] = await Promise.all(
      ['api', 'api', 'worker'].map((ROLE) => startService({ ...database.env, ROLE, LOGIN_FAILURES: '4' })),
    );
    ada = await signUp(here);
    chatId = await openChat(here, ada);
    datasetId = await uploadRows(here, ada, chatId, ['a', 'b', 'c', 'd'], noise(2000, 4));
  }, 90_000);
  afterAll(async () => {
    await Promise.all([here, there, worker].map((one) => one.kill()));
    await database.drop();
  });

  it('in sessions: what is signed in, refreshed and signed out on one is so on the other', async () => {
    const login = await here.http
      .post('/api/v1/auth/login')
      .send({ username: ada.username, password: PASSWORD })
      .expect(200);
    const token = (login.body as { accessToken: string }).accessToken;
    const me = (at: ServiceProcess, bearer: string) =>
      at.http.get('/api/v1/users/me').set('Authorization', `Bearer ${bearer}`);
    await me(there, token).expect(200);
    const cookie = `refresh_token=${refreshTokenOf(login)!}`;
    const refreshed = await there.http.post('/api/v1/auth/refresh').set('Cookie', cookie).send({}).expect(200);
    const next = (refreshed.body as { accessToken: string }).accessToken;
    await me(here, next).expect(200);
    await there.http.post('/api/v1/auth/logout').set('Authorization', `Bearer ${next}`).send({}).expect(204);
    await me(there, next).expect(401);
    await me(there, token).expect(401);
    await soon(async () => (await me(here, next)).status === 401);
    await me(here, token).expect(401);
  });

  it('in requests: both together let no more pass than the limit', async () => {
    const eve = await signUp(here);
    const limited = await Promise.all(
      [1, 2].map(() => startService({ ...database.env, ROLE: 'api', REQUESTS_PER_MINUTE: '60' })),
    );
    try {
      const ask = (i: number) => limited[i % 2].http.get('/api/v1/users/me').set(eve.auth);
      const statuses: number[] = [];
      for (let i = 0; i < 20; i++) statuses.push((await ask(i)).status);
      const rest = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(i)));
      statuses.push(...rest.map(({ status }) => status));
      const passed = statuses.filter((status) => status === 200).length;
      // Each may sit on a lease of a tenth.
      expect(passed).toBeLessThanOrEqual(60);
      expect(passed).toBeGreaterThanOrEqual(54);
    } finally {
      await Promise.all(limited.map((one) => one.kill()));
    }
  }, 60_000);

  it('in limits: what is counted is counted by both', async () => {
    const bob = await signUp(there);
    const statuses = [];
    for (let i = 0; i < 6; i++) {
      const at = i % 2 === 0 ? here : there;
      const { status } = await at.http.post('/api/v1/auth/login').send({ username: bob.username, password: 'wrong' });
      statuses.push(status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
  });

  it('in events: a subscriber on either hears of each change within a second', async () => {
    const run = await startRun(here, ada, chatId, { datasetId, ...MIDDLING });
    const follow = async ({ url }: ServiceProcess) => {
      const heard: { type: string; late: number }[] = [];
      for await (const event of followEvents(url, run.id, ada.auth)) {
        heard.push({ type: event.type, late: Date.now() - Date.parse(event.run.finishedAt ?? event.run.createdAt) });
      }
      return heard;
    };
    for (const heard of await Promise.all([follow(here), follow(there)])) {
      expect(heard.length).toBeGreaterThan(2);
      expect(heard.at(-1)!.type).toBe('succeeded');
      expect(heard.at(-1)!.late).toBeLessThan(1000);
    }
  });

  it('in cancelling: asked on the other, the worker stops within a second', async () => {
    const long = await startRun(here, ada, chatId, { datasetId, ...LONG });
    await runThat(here, ada, long.id, isRunning);
    const next = await startRun(here, ada, chatId, { datasetId, k: 2, nInit: 1 });
    const { body } = await api(there, ada).post<RunAnswer>(`/runs/${long.id}/cancel`, {}, 200);
    const taken = await runThat(there, ada, next.id, ({ attempts }) => attempts === 1);
    expect(Date.parse(taken.startedAt!) - Date.parse(body.finishedAt!)).toBeLessThan(1000);
    await runThat(here, ada, next.id, hasEnded);
  });

  it('in repeated calls: the same key on both makes one run', async () => {
    const key = randomUUID();
    const ask = (at: ServiceProcess) =>
      at.http
        .post(`/api/v1/chats/${chatId}/runs`)
        .set(ada.auth)
        .set('Idempotency-Key', key)
        .send({ datasetId, k: 3, seed: 3, nInit: 1 });
    const answers = await Promise.all([here, there, here, there, here, there].map(ask));
    const ids = answers.filter(({ status }) => status === 202).map(({ body }) => (body as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
    for (const { status } of answers) expect([202, 409]).toContain(status);
    expect((await ask(there).expect(202)).body).toMatchObject({ id: ids[0] });
  });

  it('in predictions: centers that one keeps at hand change and go on the other at once', async () => {
    const my = api(here, ada);
    // Its own: runs that end meanwhile would bring the latest centers.
    const chatId = await openChat(here, ada);
    const bring = async (values: number[][]) =>
      (await my.post<{ id: string }>(`/chats/${chatId}/centers`, { columns: ['x'], values }, 201)).body.id;
    const [old, young] = [await bring([[0], [10]]), await bring([[10], [0]])];
    const ask = (at: ServiceProcess, path: string, status: number) =>
      api(at, ada).post<{ centersId: string }>(path, { rows: [[1]] }, status);
    for (const at of [here, there]) {
      expect((await ask(at, `/chats/${chatId}/predictions`, 200)).body.centersId).toBe(young);
      await ask(at, `/centers/${old}/predictions`, 200);
    }
    await here.http.patch(`/api/v1/chats/${chatId}`).set(ada.auth).send({ pinnedCentersId: old }).expect(200);
    for (const at of [there, here]) {
      expect((await ask(at, `/chats/${chatId}/predictions`, 200)).body.centersId).toBe(old);
    }
    await my.delete(`/centers/${old}`);
    await ask(here, `/centers/${old}/predictions`, 404);
    const there404 = async () =>
      (
        await there.http
          .post(`/api/v1/centers/${old}/predictions`)
          .set(ada.auth)
          .send({ rows: [[1]] })
      ).status === 404;
    await soon(there404);
    for (const at of [there, here]) {
      expect((await ask(at, `/chats/${chatId}/predictions`, 200)).body.centersId).toBe(young);
    }
  });

  it('in fairness: twenty runs of one user hold up the one of another by at most one', async () => {
    const eva = await signUp(there);
    const evas = await openChat(there, eva);
    const evasData = await uploadRows(there, eva, evas, ['x'], [[1], [2], [9]]);
    const many: RunAnswer[] = [];
    for (let i = 0; i < 20; i++) many.push(await startRun(here, ada, chatId, { datasetId, k: 8, nInit: 30 }));
    await sleep(300);
    const one = await startRun(there, eva, evas, { datasetId: evasData, k: 2 });
    const { startedAt } = await runThat(there, eva, one.id, hasEnded, 60_000);
    let between = 0;
    for (const { id } of many) {
      const run = await runThat(here, ada, id, hasEnded, 60_000);
      if (run.startedAt! > one.createdAt && run.startedAt! < startedAt!) between++;
    }
    expect(between).toBeLessThanOrEqual(1);
  }, 120_000);
});
