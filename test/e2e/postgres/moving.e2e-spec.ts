import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { openChat } from '../../factories/chats.js';
import { noise, uploadRows } from '../../factories/datasets.js';
import { hasEnded, isRunning, readRun, runThat, startRun } from '../../factories/runs.js';
import { PASSWORD, signUp, type TestUser } from '../../factories/users.js';
import { api } from '../../support/api.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { type ServiceProcess, startService } from '../../support/service.js';

const run = promisify(execFile);
const MOVE = resolve(import.meta.dirname, '../../../dist/src/migrate-to-postgres.js');
const DEBIAN = '/usr/lib/postgresql';
const LONG = { k: 20, nInit: 10_000, tolerance: 0 };

function program(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((file) => existsSync(file)) ?? name;
}

/** Everything of one user that somebody would miss. */
interface Belongings {
  user: TestUser;
  chatId: string;
  waitingId: string;
  seen: unknown;
}

async function look(service: ServiceProcess, user: TestUser, chatId: string): Promise<unknown> {
  const my = api(service, user);
  const list = async <T>(path: string) => (await my.get<{ items: T[] }>(path)).body.items;
  const datasets = await list<{ id: string }>(`/chats/${chatId}/datasets`);
  const ended = (await list<{ id: string; status: string }>(`/chats/${chatId}/runs`)).filter(hasEnded as never);
  const succeeded = ended.filter(({ status }) => status === 'succeeded');
  return {
    chats: (await list<{ id: string; title: string; pinnedCentersId: string }>('/chats')).map(
      ({ id, title, pinnedCentersId }) => ({ id, title, pinnedCentersId }),
    ),
    messages: await list(`/chats/${chatId}/messages`),
    centers: await list(`/chats/${chatId}/centers`),
    datasets,
    rows: await Promise.all(datasets.map(async ({ id }) => (await my.get(`/datasets/${id}/rows?limit=1000`)).body)),
    runs: succeeded,
    labels: await Promise.all(succeeded.map(async ({ id }) => (await my.get(`/runs/${id}/labels`)).body)),
    keys: await list('/users/me/api-keys'),
  };
}

/** A user with data of many kinds, a run that has succeeded, a pin, a key, and a run that is under way. */
async function settle(service: ServiceProcess): Promise<Belongings> {
  const user = await signUp(service);
  const my = api(service, user);
  const chatId = await openChat(service, user, 'Größe & 数据');
  const rows = [
    ...noise(900, 2).map(([a, b], i) => [a * 1e-300, b, i % 2 === 0 ? 'ja' : null]),
    [0.1 + 0.2, 5e-324, 'ä"\'\\'],
  ];
  const datasetId = await uploadRows(service, user, chatId, ['tiny', 'b', 'c'], rows);
  const done = await startRun(service, user, chatId, { datasetId, k: 3, columns: ['b'] });
  const { result } = await runThat(service, user, done.id, hasEnded);
  await service.http
    .patch(`/api/v1/chats/${chatId}`)
    .set(user.auth)
    .send({ pinnedCentersId: result!.centersId })
    .expect(200);
  await my.post('/users/me/api-keys', { name: 'x' }, 201);
  const wide = await uploadRows(service, user, chatId, ['a', 'b', 'c', 'd'], noise(2000, 4));
  const waiting = await startRun(service, user, chatId, { datasetId: wide, ...LONG });
  await runThat(service, user, waiting.id, isRunning);
  return { user, chatId, waitingId: waiting.id, seen: await look(service, user, chatId) };
}

async function expectAllThere(service: ServiceProcess, { user, chatId, waitingId, seen }: Belongings): Promise<void> {
  expect(await look(service, user, chatId)).toEqual(seen);
  await service.http.post('/api/v1/auth/login').send({ username: user.username, password: PASSWORD }).expect(200);
  await runThat(service, user, waitingId, isRunning, 30_000);
  await api(service, user).post(`/runs/${waitingId}/cancel`, {}, 200);
  expect(await readRun(service, user, waitingId)).toMatchObject({ status: 'cancelled' });
}

describe('everything that a service holds', () => {
  let target: TestDatabase;
  let service: ServiceProcess;
  const running: ServiceProcess[] = [];
  const start = async (settings: NodeJS.ProcessEnv): Promise<ServiceProcess> => {
    service = await startService(settings);
    running.push(service);
    return service;
  };
  beforeEach(async () => {
    target = await createTestDatabase({ migrated: false });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.kill()));
    await target.drop();
  });

  it('moves from the embedded database to PostgreSQL', async () => {
    const source = await createTestDatabase({ server: undefined });
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATA_DIR: source.dataDir, DATABASE_URL: target.databaseUrl };
    const move = () => run(process.execPath, [MOVE], { env, cwd: import.meta.dirname });
    try {
      const belongings = await settle(await start(source.env));
      await expect(move()).rejects.toThrow(/Nothing was moved.*in use/s);
      await service.stop();
      const { stdout } = await move();
      expect(stdout).toContain('1 runs that had not ended');
      expect(stdout).toMatch(/^ +2 {2}datasets$/m);
      await expect(move()).rejects.toThrow(/holds rows; it has to be empty/);
      await expectAllThere(await start({ ...target.env, ROLE: 'all' }), belongings);
      // A token of before is good: both sign with the same key.
      await api(service, belongings.user).get('/users/me');
    } finally {
      await source.drop();
    }
  }, 180_000);

  it('is brought back from a backup by pg_dump that was taken while it worked', async () => {
    const source = await createTestDatabase();
    const file = join(target.dataDir, 'centroid.dump');
    try {
      const belongings = await settle(await start(source.env));
      await run(program('pg_dump'), ['--format=custom', `--file=${file}`, source.databaseUrl!]);
      await service.kill();
      await run(program('pg_restore'), ['--no-owner', '--exit-on-error', `--dbname=${target.databaseUrl!}`, file]);
      await expectAllThere(await start(target.env), belongings);
    } finally {
      await source.drop();
    }
  }, 180_000);
});
