import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { newId } from '../../src/common/ids.js';
import { DatasetsRepository } from '../../src/datasets/datasets.repository.js';
import { DatasetUploadsService } from '../../src/datasets/dataset-uploads.service.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const DEADLINE_SECONDS = 3;

/** Reader processes of this one. */
function readers(): string[] {
  try {
    const found = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'reader.process'], { encoding: 'utf8' });
    return found.trim().split('\n');
  } catch {
    return [];
  }
}

describe('reader processes', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;
  /** Takes far longer to read than the deadline allows, and little room as a file. */
  const endless = gzipSync(Buffer.alloc(700 * 2 ** 20, '0.1234567890123456,word\n'), { level: 1 });
  /** One document, which is parsed at once: gigabytes of small arrays. */
  const swelling = gzipSync(`{"rows":[[0]${',[0,1.5]'.repeat(7 * 2 ** 20)}]}`, { level: 1 });

  beforeAll(async () => {
    service = await startApp({
      READERS: '1',
      READER_DEADLINE_SECONDS: String(DEADLINE_SECONDS),
      READER_MEMORY_MB: '256',
    });
    ada = await signUp(service);
    const chat = await service.http.post('/api/v1/chats').set(ada.auth).send({ title: 'Bombs' }).expect(201);
    chatId = (chat.body as { id: string }).id;
  }, 60_000);
  afterAll(() => service.close());

  const upload = (bytes: Buffer | string, name: string) =>
    service.http.post(`/api/v1/chats/${chatId}/datasets`).set(ada.auth).attach('file', Buffer.from(bytes), name);
  const table = () => upload('a,b\n1,2\n', 'fine.csv').expect(201);

  /** Blocks and files of what is being read, or was left behind. */
  const unfinished = async (): Promise<number> => {
    const [{ count }] = await service.app
      .get(DataSource)
      .query<[{ count: string }]>(`SELECT count(*) FROM datasets WHERE state = 'loading'`);
    return Number(count) + (await readdir(join(service.config.dataDir, 'uploads'))).length;
  };
  const settled = async (): Promise<void> => {
    for (let tries = 0; (await unfinished()) > 0; tries++) {
      if (tries > 100) throw new Error('something is left of an upload');
      await wait(50);
    }
  };

  it('are used again', async () => {
    await table();
    const before = readers();
    expect(before).toHaveLength(1);
    await table();
    await upload('a\n1,2\n', 'ragged.csv').expect(422);
    expect(readers()).toEqual(before);
  });

  it('end when they swell, and are replaced', async () => {
    await table();
    const before = readers();
    const response = await upload(swelling, 'x.json.gz').expect(422);
    expect(response.body).toMatchObject({ code: 'dataset.too_demanding' });
    await table();
    expect(readers()).not.toEqual(before);
    expect(await unfinished()).toBe(0);
  }, 30_000);

  it('end at the deadline, whatever they do, while the service answers', async () => {
    const begun = performance.now();
    const slow = upload(endless, 'x.csv.gz').then((response) => response);
    await wait(500);
    const asked = performance.now();
    await service.http.get('/health/live').expect(200);
    expect(performance.now() - asked).toBeLessThan(1500);
    const response = await slow;
    expect([response.status, response.body]).toMatchObject([422, { code: 'dataset.too_slow' }]);
    expect((performance.now() - begun) / 1000).toBeLessThan(DEADLINE_SECONDS + 5);
    await table();
    expect(await unfinished()).toBe(0);
  }, 30_000);

  it('may be killed', async () => {
    await table();
    const killed = upload(endless, 'x.csv.gz').then((response) => response);
    await wait(1000);
    for (const pid of readers()) process.kill(Number(pid), 'SIGTERM');
    const response = await killed;
    expect([response.status, response.body]).toMatchObject([422, { code: 'dataset.unreadable' }]);
    await table();
    expect(await unfinished()).toBe(0);
  }, 30_000);

  it('stop when the caller hangs up', async () => {
    const form = new FormData();
    form.append('file', new Blob([endless]), 'x.csv.gz');
    const hangUp = new AbortController();
    const request = fetch(`${service.url}/api/v1/chats/${chatId}/datasets`, {
      method: 'POST',
      headers: ada.auth,
      body: form,
      signal: hangUp.signal,
    });
    await wait(1000);
    expect(await unfinished()).toBeGreaterThan(0);
    hangUp.abort();
    await expect(request).rejects.toThrow();
    await settled();
    await table();
  }, 30_000);

  it('leave nothing visible when the service dies with them', async () => {
    const id = newId();
    const repository = service.app.get(DatasetsRepository);
    await repository.begin(service.app.get(DataSource).manager, {
      id,
      userId: ada.id,
      chatId,
      state: 'loading',
      name: 'half.csv',
      format: 'csv',
      rowCount: 0,
      columns: [],
      warnings: [],
      reading: {},
      sha256: '',
      sizeBytes: 1,
      storedBytes: 1,
      createdAt: new Date(Date.now() - 24 * 3600 * 1000),
    });
    await repository.addBlock(ada.id, id, 0, Buffer.alloc(8));
    await service.http.get(`/api/v1/datasets/${id}`).set(ada.auth).expect(404);
    await service.http.delete(`/api/v1/datasets/${id}`).set(ada.auth).expect(404);
    // As at the next start.
    await service.app.get(DatasetUploadsService).onModuleInit();
    expect(await unfinished()).toBe(0);
  });
});
