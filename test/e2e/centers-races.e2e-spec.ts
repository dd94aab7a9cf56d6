import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { trainCenters } from '../factories/centers.js';
import { openChat } from '../factories/chats.js';
import { uploadRows } from '../factories/datasets.js';
import { completeRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let user: TestUser;
let chatId: string;

beforeAll(async () => {
  app = await startApp();
  user = await signUp(app);
  chatId = await openChat(app, user);
});

afterAll(async () => {
  await app.close();
});

describe('centers that are deleted', () => {
  it('are exported whole or not at all by those who ask at the same time', async () => {
    const { centers } = await trainCenters(app, user, chatId, { k: 8 });
    const ask = (format: string) =>
      app.http.get(`/api/v1/centers/${centers.id}/export?format=${format}`).set(user.auth);
    const whole = Object.fromEntries(
      await Promise.all(
        ['json', 'csv', 'sklearn'].map(async (format) => [format, (await ask(format).expect(200)).text] as const),
      ),
    );
    const exports = Array.from({ length: 30 }, async (_, i) => {
      const format = ['json', 'csv', 'sklearn'][i % 3];
      return { format, answer: await ask(format) };
    });
    const deletions = [1, 2].map(() => app.http.delete(`/api/v1/centers/${centers.id}`).set(user.auth));
    const statuses = (await Promise.all(deletions)).map(({ status }) => status).sort();
    expect(statuses).toEqual([204, 404]);
    for (const { format, answer } of await Promise.all(exports)) {
      if (answer.status === 200) expect(answer.text).toBe(whole[format]);
      else expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    }
    await ask('json').expect(404);
  });

  it('take their pin along, also when somebody pins them at the same time', async () => {
    const [first, second] = [await trainCenters(app, user, chatId), await trainCenters(app, user, chatId)];
    const pin = () =>
      app.http.patch(`/api/v1/chats/${chatId}`).set(user.auth).send({ pinnedCentersId: second.centers.id });
    await pin().expect(200);
    const [pinned, deleted] = await Promise.all([
      pin(),
      app.http.delete(`/api/v1/centers/${second.centers.id}`).set(user.auth),
    ]);
    expect(deleted.status).toBe(204);
    expect([200, 422]).toContain(pinned.status);
    const chat = await api(app, user).get(`/chats/${chatId}`);
    expect(chat.body).toMatchObject({ pinnedCentersId: null, latestCentersId: first.centers.id });
    expect((await pin().expect(422)).body).toMatchObject({ code: 'chat.pin_not_found' });
  });
});

describe('a client that goes away in the middle of a download', () => {
  it.each(['csv', 'parquet', 'arrow'])('of labelled rows as %s leaves the service as it was', async (format) => {
    const rows = Array.from({ length: 60_000 }, (_, i) => [i % 2, i / 7, `word ${i}`]);
    const datasetId = await uploadRows(app, user, chatId, ['x', 'y', 'w'], rows);
    const run = await completeRun(app, user, chatId, { datasetId, k: 2, columns: ['x'] });
    const path = `/api/v1/runs/${run.id}/labels?format=${format}`;
    for (let i = 0; i < 3; i++) {
      await new Promise<void>((resolve, reject) => {
        const call = httpRequest(`${app.url}${path}`, { headers: user.auth }, (answer) => {
          answer.once('data', () => {
            call.destroy();
            resolve();
          });
          answer.on('error', () => undefined);
        });
        call.on('error', reject);
        call.end();
      });
    }
    const whole = await app.http.get(path).set(user.auth).buffer(true).expect(200);
    expect(whole.status).toBe(200);
    expect((await app.http.get('/health/ready')).status).toBe(200);
    // Nobody reads the data set any more.
    await api(app, user).delete(`/datasets/${datasetId}`);
  });
});
