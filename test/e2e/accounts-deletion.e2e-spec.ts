import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, runThat, startRun } from '../factories/runs.js';
import { PASSWORD, signUp } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

/** Minutes of work. */
const ENDLESS = { k: 20, nInit: 10_000, tolerance: 0 };

describe('a user who is deleted', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp({ RUNS_AT_ONCE: '1' });
  });
  afterAll(() => service.close());

  it('stops the run that is being carried out, and those that wait, and makes room for others', async () => {
    const [ada, bob] = [await signUp(service), await signUp(service)];
    const adas = await openChat(service, ada);
    const datasetId = await uploadRows(service, ada, adas, ['a', 'b'], noise(5000, 2));
    const run = await startRun(service, ada, adas, { datasetId, ...ENDLESS });
    await startRun(service, ada, adas, { datasetId, ...ENDLESS });
    await runThat(service, ada, run.id, isRunning);

    const bobs = await openChat(service, bob);
    const small = await uploadRows(service, bob, bobs, ['a'], [[1], [2], [9]]);
    const waiting = await startRun(service, bob, bobs, { datasetId: small, k: 2 });
    await service.http.delete('/api/v1/users/me').set(ada.auth).send({ password: PASSWORD }).expect(204);
    // The only hands are free again.
    expect(await runThat(service, bob, waiting.id, hasEnded)).toMatchObject({ status: 'succeeded' });
    const left = await service.app
      .get(DataSource)
      .query<unknown[]>(
        `SELECT 1 FROM runs WHERE user_id = $1 UNION ALL SELECT 1 FROM pgboss.job WHERE data ->> 'userId' = $1::text`,
        [ada.id],
      );
    expect(left).toEqual([]);
  });
});
