import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { hasEnded, isRunning, readRun, type RunAnswer, runThat, startRun } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { api } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type ServiceProcess, startService } from '../support/service.js';

const COLUMNS = ['a', 'b', 'c', 'd'];
/** Longer than the kill takes to come, on any machine. */
const LONG: [string, object][] = [
  ['one k', { k: 20, nInit: 1200, tolerance: 0, seed: 1 }],
  ['a sweep', { k: { min: 14, max: 17 }, nInit: 200, tolerance: 0, seed: 1 }],
];
/** On PostgreSQL a run may be another's until its lease ends. */
const TAKEN_UP_MS = process.env.TEST_DATABASE_URL === undefined ? 10_000 : 30_000;

describe('a long run whose process is killed', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let user: TestUser;
  let chatId: string;
  let datasetId: string;

  const begin = async (settings: NodeJS.ProcessEnv): Promise<void> => {
    service = await startService({ ...database.env, ENGINE_THREADS: '1', ...settings });
  };
  beforeEach(async () => {
    database = await createTestDatabase();
    await begin({ CHECKPOINT_SECONDS: '1' });
    user = await signUp(service);
    chatId = await openChat(service, user);
    datasetId = await uploadRows(service, user, chatId, COLUMNS, noise(2000, COLUMNS.length));
  }, 60_000);
  afterEach(async () => {
    await service.kill();
    await database.drop();
  });

  const outcome = async ({ id, result }: RunAnswer): Promise<object> => {
    const my = api(service, user);
    const { centersId, algorithm, ...rest } = result!;
    expect(algorithm.name).toMatch(/\w/);
    const { values } = (await my.get<{ values: number[][] }>(`/centers/${centersId}`)).body;
    const { labels } = (await my.get<{ labels: number[] }>(`/runs/${id}/labels`)).body;
    return { rest, values, labels };
  };

  it.each(LONG)(
    'goes on where it was, and ends with the bits of an undisturbed one: %s',
    async (_, params) => {
      const undisturbed = await startRun(service, user, chatId, { datasetId, ...params });
      const expected = await outcome(await runThat(service, user, undisturbed.id, hasEnded, 90_000));

      const run = await startRun(service, user, chatId, { datasetId, ...params });
      await runThat(service, user, run.id, isRunning);
      await sleep(1500);
      const { progress, status } = await readRun(service, user, run.id);
      expect(status).toBe('running');
      await service.kill();
      await begin({ CHECKPOINT_SECONDS: '1' });
      const resumed = await runThat(
        service,
        user,
        run.id,
        ({ attempts, progress: { phase, iteration } }) => attempts === 2 && (phase === 'training' || iteration > 0),
        TAKEN_UP_MS,
      );
      // Not from the beginning: at most about a second and a half of work is done again.
      expect([resumed.progress.k, resumed.progress.restart]).not.toEqual([14, 1]);
      expect(resumed.progress.restart + 1000 * resumed.progress.k).toBeGreaterThan(
        progress.k === 20 ? 20_000 + progress.restart / 4 : 14_001,
      );
      const ended = await runThat(service, user, run.id, hasEnded, 90_000);
      expect(ended).toMatchObject({ status: 'succeeded', attempts: 2 });
      expect(await outcome(ended)).toEqual(expected);
    },
    240_000,
  );

  it('again and again without getting any further has failed, and says why', async () => {
    await service.kill();
    await begin({ CHECKPOINT_SECONDS: '3600' });
    const run = await startRun(service, user, chatId, { datasetId, ...LONG[0][1], nInit: 10_000 });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await runThat(service, user, run.id, (now) => now.attempts === attempt && isRunning(now), TAKEN_UP_MS);
      await service.kill();
      await begin({ CHECKPOINT_SECONDS: '3600' });
    }
    const ended = await runThat(service, user, run.id, hasEnded, TAKEN_UP_MS);
    expect(ended).toMatchObject({ status: 'failed', attempts: 4, error: { code: 'run.crashed' } });
    const { body } = await api(service, user).get<{ items: { runId?: string; text: string }[] }>(
      `/chats/${chatId}/messages`,
    );
    expect(body.items.filter(({ runId }) => runId === run.id)).toHaveLength(1);
    // Its data set is let go of.
    await api(service, user).delete(`/datasets/${datasetId}`, 204);
  }, 240_000);
});
