import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { PASSWORD, signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

/** What API keys need for an operation; undefined where only people are let in. */
type Scope = 'read' | 'train' | 'predict' | undefined;

interface Operation {
  scope: Scope;
  /** A body that is right, so that nothing but access decides. */
  body?: (ids: Ids) => object;
  /** Something in its path belongs to somebody. */
  owned?: boolean;
}

type Ids = Record<'chatId' | 'datasetId' | 'runId' | 'centersId' | 'sessionId' | 'keyId', string> & { cluster: string };

const PUBLIC = [
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/logout',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
];
const read: Operation = { scope: 'read', owned: true };
const train = (body?: Operation['body']): Operation => ({ scope: 'train', owned: true, ...(body && { body }) });
const predict: Operation = { scope: 'predict', owned: true, body: () => ({ rows: [[1, 2]] }) };
const account = (body?: Operation['body']): Operation => ({ scope: undefined, ...(body && { body }) });

/** Every closed operation. One that is not in here fails the test: whoever adds it decides who may call it. */
const OPERATIONS: Record<string, Operation> = {
  'GET /api/v1/users/me': account(),
  'PATCH /api/v1/users/me': account(() => ({ fullName: 'Mallory' })),
  'DELETE /api/v1/users/me': account(() => ({ password: 'not the password of anybody' })),
  'PUT /api/v1/users/me/password': account(() => ({ currentPassword: 'wrong horse', newPassword: 'right horse 1' })),
  'GET /api/v1/users/me/sessions': account(),
  'DELETE /api/v1/users/me/sessions/{sessionId}': { scope: undefined, owned: true },
  'GET /api/v1/users/me/activity': account(),
  'GET /api/v1/users/me/api-keys': account(),
  'POST /api/v1/users/me/api-keys': account(() => ({ name: 'x' })),
  'DELETE /api/v1/users/me/api-keys/{keyId}': { scope: undefined, owned: true },
  'GET /api/v1/chats': { scope: 'read' },
  'POST /api/v1/chats': { scope: 'train', body: () => ({ title: 'x' }) },
  'GET /api/v1/chats/{chatId}': read,
  'PATCH /api/v1/chats/{chatId}': train(() => ({ title: 'Mine now' })),
  'DELETE /api/v1/chats/{chatId}': train(),
  'GET /api/v1/chats/{chatId}/messages': read,
  'POST /api/v1/chats/{chatId}/messages': train(() => ({ text: 'I was here' })),
  'GET /api/v1/chats/{chatId}/centers': read,
  'POST /api/v1/chats/{chatId}/centers': train(() => ({ columns: ['x'], values: [[1], [2]] })),
  'GET /api/v1/centers/{centersId}': read,
  'PATCH /api/v1/centers/{centersId}': train(() => ({ name: 'Mine now' })),
  'DELETE /api/v1/centers/{centersId}': train(),
  'GET /api/v1/centers/{centersId}/export': read,
  'GET /api/v1/centers/{centersId}/clusters': read,
  'PATCH /api/v1/centers/{centersId}/clusters/{cluster}': train(() => ({ name: 'Mine now' })),
  'POST /api/v1/centers/{centersId}/explanations': { ...predict, body: () => ({ row: [1, 2] }) },
  'POST /api/v1/centers/{centersId}/predictions': predict,
  'POST /api/v1/chats/{chatId}/predictions': predict,
  'GET /api/v1/chats/{chatId}/datasets': read,
  'POST /api/v1/chats/{chatId}/datasets': train(() => ({ rows: [[1, 2]] })),
  'GET /api/v1/datasets/{datasetId}': read,
  'DELETE /api/v1/datasets/{datasetId}': train(),
  'GET /api/v1/datasets/{datasetId}/rows': read,
  'GET /api/v1/datasets/{datasetId}/preview': read,
  'GET /api/v1/chats/{chatId}/runs': read,
  'POST /api/v1/chats/{chatId}/runs': train(({ datasetId }) => ({ datasetId, k: 2 })),
  'GET /api/v1/runs/{runId}': read,
  'POST /api/v1/runs/{runId}/cancel': train(),
  'POST /api/v1/runs/{runId}/centers': train(() => ({ k: 3 })),
  'GET /api/v1/runs/{runId}/events': read,
  'GET /api/v1/runs/{runId}/labels': read,
  'GET /api/v1/runs/{runId}/projection': read,
  'GET /api/v1/runs/{runId}/sample': read,
};

/** Tables in which calls of others leave traces that are theirs, or none of anybody. */
const NOISE = ['public.audit_events', 'public.rate_limits', 'pgboss.'];

describe('every operation', () => {
  let service: TestApp;
  let database: DataSource;
  let ada: TestUser;
  let bob: TestUser;
  let adas: Ids;
  let gone: Record<string, string>;
  const keys: Record<string, Record<string, string>> = {};

  beforeAll(async () => {
    service = await startApp();
    database = service.app.get(DataSource);
    [ada, bob] = [await signUp(service), await signUp(service)];
    adas = await fill(ada);
    const dead = await signUp(service);
    await service.http.delete('/api/v1/users/me').set(dead.auth).send({ password: PASSWORD }).expect(204);
    gone = dead.auth;
    for (const scope of ['read', 'train', 'predict']) {
      const answer = await post(bob, 'users/me/api-keys', { name: scope, scopes: [scope] });
      keys[scope] = { Authorization: `Bearer ${answer.key}` };
    }
  }, 60_000);
  afterAll(() => service.close());

  const post = async (user: TestUser, path: string, body: object): Promise<Record<string, string>> => {
    const answer = await service.http.post(`/api/v1/${path}`).set(user.auth).send(body);
    expect(answer.status).toBeLessThan(300);
    return answer.body as Record<string, string>;
  };

  /** One of everything that somebody can own, a run that has succeeded included. */
  const fill = async (user: TestUser): Promise<Ids> => {
    const { id: chatId } = await post(user, 'chats', { title: 'Secret title' });
    const rows = Array.from({ length: 30 }, (_, i) => [i % 5, i]);
    const { id: datasetId } = await post(user, `chats/${chatId}/datasets`, { columns: ['x', 'y'], rows });
    const { id: runId } = await post(user, `chats/${chatId}/runs`, { datasetId, k: { min: 2, max: 3 } });
    let run: { status: string; result?: { centersId: string } } = { status: 'queued' };
    for (const end = Date.now() + 30_000; !run.result && Date.now() < end;) {
      run = (await service.http.get(`/api/v1/runs/${runId}`).set(user.auth)).body as typeof run;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const sid = JSON.parse(Buffer.from(user.token.split('.')[1], 'base64url').toString()) as { sid: string };
    const { id: keyId } = await post(user, 'users/me/api-keys', { name: 'x' });
    return { chatId, datasetId, runId, centersId: run.result!.centersId, sessionId: sid.sid, keyId, cluster: '0' };
  };

  const call = (operation: string, ids: Ids, auth: Record<string, string>) => {
    const [method, path] = operation.split(' ');
    const url = path.replace(/\{(\w+)\}/g, (_, name: keyof Ids) => ids[name]);
    const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    const request = service.http[name](url).set(auth);
    return name === 'get' ? request : request.send(OPERATIONS[operation].body?.(ids) ?? {});
  };

  /** Every row of every table that names the user. */
  const rowsOf = async ({ id }: TestUser): Promise<Record<string, string[]>> => {
    const tables = await database.query<{ name: string }[]>(
      `SELECT format('%s.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'pgboss') ORDER BY 1`,
    );
    const all: Record<string, string[]> = {};
    for (const { name } of tables.filter((table) => !NOISE.some((noise) => table.name.startsWith(noise)))) {
      const rows = await database.query<{ text: string }[]>(
        `SELECT t::text AS text FROM ${name} t WHERE t::text LIKE '%' || $1 || '%' ORDER BY 1`,
        [id],
      );
      if (rows.length > 0) all[name] = rows.map(({ text }) => text);
    }
    return all;
  };

  it('is one that this test knows', async () => {
    const { body } = await service.http.get('/openapi.json').expect(200);
    const { paths } = body as { paths: Record<string, Record<string, unknown>> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual([...PUBLIC, ...Object.keys(OPERATIONS)].sort());
  });

  it('is closed to nobody and to a deleted user', async () => {
    const before = await rowsOf(ada);
    for (const operation of Object.keys(OPERATIONS)) {
      for (const auth of [{}, gone]) {
        const answer = await call(operation, adas, auth);
        expect([operation, answer.status]).toEqual([operation, 401]);
      }
    }
    expect(await rowsOf(ada)).toEqual(before);
  });

  it('answers others as if what is theirs did not exist, and leaves it as it is', async () => {
    const before = await rowsOf(ada);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['public.chats', 'public.runs', 'public.centers']));
    const never = Object.fromEntries(Object.keys(adas).map((name) => [name, randomUUID()])) as Ids;
    for (const operation of Object.keys(OPERATIONS).filter((name) => OPERATIONS[name].owned)) {
      const [notHis, noOnes] = [
        await call(operation, adas, bob.auth),
        await call(operation, { ...never, cluster: '0' }, bob.auth),
      ];
      expect([operation, notHis.status]).toEqual([operation, 404]);
      expect([notHis.status, notHis.text]).toEqual([noOnes.status, noOnes.text]);
      const visible = ({ headers }: typeof notHis) => Object.keys(headers as object).filter((name) => name !== 'date');
      expect(visible(notHis)).toEqual(visible(noOnes));
    }
    expect(await rowsOf(ada)).toEqual(before);
  });

  it('that lists shows nothing of others', async () => {
    const secrets = [ada.id, ada.username, 'Secret title', ...Object.values(adas).filter((id) => id.length > 1)];
    for (const operation of Object.keys(OPERATIONS).filter(
      (name) => !OPERATIONS[name].owned && name.startsWith('GET'),
    )) {
      const answer = await call(operation, adas, bob.auth).expect(200);
      for (const secret of secrets) expect(answer.text).not.toContain(secret);
    }
  });

  it('asks of API keys the scope that it says', async () => {
    for (const [operation, { scope: needed }] of Object.entries(OPERATIONS)) {
      for (const [scope, auth] of Object.entries(keys)) {
        const { status } = await call(operation, adas, auth);
        if (scope === needed) expect([200, 201, 404]).toContain(status);
        else expect([operation, scope, status]).toEqual([operation, scope, 403]);
      }
    }
  });

  it.each(['userId', 'isAdmin', 'createdAt', '__proto__'])('takes no field %s that it does not have', async (field) => {
    const before = await rowsOf(ada);
    for (const operation of Object.keys(OPERATIONS).filter((name) => OPERATIONS[name].body)) {
      const [method, path] = operation.split(' ');
      const own = JSON.stringify(OPERATIONS[operation].body?.(adas));
      const answer = await fetch(service.url + path.replace(/\{(\w+)\}/g, (_, name: keyof Ids) => adas[name]), {
        method,
        headers: { ...ada.auth, 'Content-Type': 'application/json' },
        // Written by hand: to JSON.stringify, __proto__ is no field.
        body: `${own.slice(0, -1)},"${field}":{"isAdmin":true}}`,
      });
      const body = (await answer.json()) as { code: string; detail: string };
      expect([operation, answer.status]).toEqual([operation, 400]);
      if (field !== '__proto__') expect([operation, body.detail]).toEqual([operation, expect.stringContaining(field)]);
    }
    expect(await rowsOf(ada)).toEqual(before);
  });

  it('of their owner works on all of this', async () => {
    for (const operation of Object.keys(OPERATIONS).filter((name) => OPERATIONS[name].scope === 'read')) {
      const { status } = await call(operation, adas, ada.auth);
      expect([operation, status]).toEqual([operation, 200]);
    }
  });
});

describe('the database itself', () => {
  it('ties no row of one user to that of another', async () => {
    const service = await startApp();
    try {
      const references = await service.app.get(DataSource).query<{ name: string; columns: string[]; target: string }[]>(
        `SELECT conname AS name, confrelid::regclass::text AS target,
           ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey))::text[] AS columns
         FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
      );
      const owned = references.filter(({ target }) => target !== 'users');
      expect(owned.length).toBeGreaterThan(5);
      // Each has the owner among its columns, or stands beside one that has: a simple one that sets null on deletion.
      for (const { name, columns, target } of owned) {
        const beside = owned.some(
          (other) =>
            other.target === target &&
            other.columns.includes('user_id') &&
            columns.every((c) => other.columns.includes(c)),
        );
        expect([name, beside]).toEqual([name, true]);
      }
    } finally {
      await service.close();
    }
  });
});
