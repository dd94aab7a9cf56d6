import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { Housekeeping } from '../../src/users/auth/housekeeping.js';
import { openChat } from '../factories/chats.js';
import { noise, uploadRows } from '../factories/datasets.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const ROWS = noise(50, 2);

describe('an Idempotency-Key', () => {
  let service: TestApp;
  let database: DataSource;
  let ada: TestUser;
  let chatId: string;
  let datasetId: string;
  beforeAll(async () => {
    service = await startApp({ RUNNING_RUNS: '1', IDEMPOTENCY_HOURS: '2' });
    database = service.app.get(DataSource);
    ada = await signUp(service);
    chatId = await openChat(service, ada);
    datasetId = await uploadRows(service, ada, chatId, ['a', 'b'], ROWS);
  });
  afterAll(() => service.close());

  const post = (path: string, key: string, body: object, user = ada) =>
    service.http.post(`/api/v1/chats/${chatId}/${path}`).set(user.auth).set('Idempotency-Key', key).send(body);
  const count = async (table: string): Promise<number> => {
    const [{ n }] = await database.query<[{ n: number }]>(`SELECT count(*)::int AS n FROM ${table}`);
    return n;
  };
  const upload = (key: string, text: string, name = 'a.csv', boundary = 'one') =>
    service.http
      .post(`/api/v1/chats/${chatId}/datasets`)
      .set(ada.auth)
      .set('Idempotency-Key', key)
      .set('Content-Type', `multipart/form-data; boundary=${boundary}`)
      .send(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${text}\r\n--${boundary}--\r\n`,
      );

  const bodies: [string, string, number, () => object, () => object][] = [
    ['centers', 'centers', 201, () => ({ columns: ['x'], values: [[1]] }), () => ({ columns: ['x'], values: [[2]] })],
    ['a data set', 'datasets', 201, () => ({ rows: [[1], [2]] }), () => ({ rows: [[1], [3]] })],
    // The last one: it leaves centers when it is done.
    ['a run', 'runs', 202, () => ({ datasetId, k: 2, seed: 1 }), () => ({ datasetId, k: 3, seed: 1 })],
  ];

  it.each(bodies)(
    'answers for %s what the first call answered, and makes nothing twice',
    async (_, what, status, body, other) => {
      const key = randomUUID();
      const first = await post(what, key, body()).expect(status);
      const before = await count(what);
      const reordered = Object.fromEntries(Object.entries(body()).reverse());
      const again = await post(what, key, reordered).expect(status);
      expect(again.body).toEqual(first.body);
      expect(again.headers.location).toBe(first.headers.location);
      expect(await count(what)).toBe(before);
      expect((await post(what, key, other()).expect(409)).body).toMatchObject({ code: 'idempotency.key_reused' });
      expect(await count(what)).toBe(before);
      // Another user's key is another key, and so is another one of the same user.
      await post(what, key, body(), await signUp(service)).expect(404);
      const { body: second } = await post(what, randomUUID(), body()).expect(status);
      expect((second as { id: string }).id).not.toBe((first.body as { id: string }).id);
    },
  );

  it('belongs to its route', async () => {
    const key = randomUUID();
    await post('centers', key, { columns: ['x'], values: [[1]] }).expect(201);
    const { body } = await post('datasets', key, { rows: [[1]] }).expect(409);
    expect(body).toMatchObject({ code: 'idempotency.key_reused' });
  });

  it('knows a file by its content, not by how the form was written', async () => {
    const key = randomUUID();
    const first = await upload(key, 'a,b\n1,2\n3,4\n').expect(201);
    const again = await upload(key, 'a,b\n1,2\n3,4\n', 'a.csv', 'another').expect(201);
    expect(again.body).toEqual(first.body);
    await upload(key, 'a,b\n1,2\n3,5\n').expect(409);
  });

  it('lets one of many calls at once through', async () => {
    const key = randomUUID();
    const before = await count('runs');
    const calls = await Promise.all(Array.from({ length: 10 }, () => post('runs', key, { datasetId, k: 2, seed: 9 })));
    const made = new Set(calls.filter(({ status }) => status === 202).map(({ body }) => (body as { id: string }).id));
    expect(made.size).toBe(1);
    for (const { status, body } of calls) {
      if (status === 202) continue;
      expect(status).toBe(409);
      expect(body).toMatchObject({ code: 'idempotency.in_flight' });
    }
    expect(await count('runs')).toBe(before + 1);
  });

  it('answers 409 while the first call is in flight, and is free again when that was cut off', async () => {
    const key = randomUUID();
    const headers = { ...ada.auth, 'Idempotency-Key': key, 'Content-Type': 'multipart/form-data; boundary=one' };
    const begun = (): ReturnType<typeof request> => {
      const call = request(`${service.url}/api/v1/chats/${chatId}/datasets`, { method: 'POST', headers });
      call.on('error', () => undefined);
      call.write('--one\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n');
      return call;
    };
    const cut = begun();
    const inFlight = async (): Promise<number> => {
      const [{ n }] = await database.query<[{ n: number }]>(
        'SELECT count(*)::int AS n FROM idempotency_keys WHERE key = $1',
        [key],
      );
      return n;
    };
    while ((await inFlight()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const refused = await upload(key, 'a,b\n1,2\n').expect(409);
    expect(refused.body).toMatchObject({ code: 'idempotency.in_flight' });
    expect(refused.headers['retry-after']).toBe('1');
    cut.destroy();
    while ((await inFlight()) === 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const whole = begun();
    whole.end('1,2\n\r\n--one--\r\n');
    const [answer] = (await once(whole, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(201);
    const { id } = (await json(answer)) as { id: string };
    expect((await upload(key, 'a,b\n1,2\n').expect(201)).body).toMatchObject({ id });
  });

  it('does not outlive a process that died with the call', async () => {
    const key = randomUUID();
    await database.query(
      `INSERT INTO idempotency_keys (user_id, key, route, claim, leased_until, created_at)
       VALUES ($1, $2, $3, gen_random_uuid(), now() + interval '1 s', now())`,
      [ada.id, key, `POST /chats/${chatId}/runs`],
    );
    await post('runs', key, { datasetId, k: 2 }).expect(409);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await post('runs', key, { datasetId, k: 2 }).expect(202);
  });

  it('may be used again for a call that was refused', async () => {
    const key = randomUUID();
    await post('runs', key, { datasetId, k: 51 }).expect(422);
    await post('runs', key, { datasetId, k: 5, columns: ['none'] }).expect(422);
    await post('runs', key, { datasetId, k: 5 }).expect(202);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('is refused when it is %j', async (key) => {
    const answer = await fetch(`${service.url}/api/v1/chats/${chatId}/runs`, {
      method: 'POST',
      headers: { ...ada.auth, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ datasetId, k: 2 }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'Idempotency-Key' }] });
  });

  it('is forgotten when its time is over, and goes with its user', async () => {
    const [old, kept] = [randomUUID(), randomUUID()];
    const body = { columns: ['x'], values: [[1]] };
    const first = await post('centers', old, body).expect(201);
    await post('centers', kept, body).expect(201);
    const age = (key: string) =>
      database.query(`UPDATE idempotency_keys SET created_at = now() - interval '3 hours' WHERE key = $1`, [key]);
    await age(old);
    const second = await post('centers', old, body).expect(201);
    expect((second.body as { id: string }).id).not.toBe((first.body as { id: string }).id);
    await age(old);
    await service.app.get(Housekeeping).tidy();
    const keys = await database.query<{ key: string }[]>('SELECT key FROM idempotency_keys');
    expect(keys.map(({ key }) => key)).not.toContain(old);
    expect(keys.map(({ key }) => key)).toContain(kept);
    await database.query('DELETE FROM users WHERE id = $1', [ada.id]);
    expect(await count('idempotency_keys')).toBe(0);
  });
});
