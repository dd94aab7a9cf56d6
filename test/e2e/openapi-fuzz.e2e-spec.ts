import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { Contract, type Operation } from '../support/fuzz/contract.js';
import { Random } from '../support/fuzz/random.js';
import { Inventor } from '../support/fuzz/schema.js';

/** `FUZZ_SEED=7 npm run fuzz:api` sends others. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 5000);
const SEED = Number(process.env.FUZZ_SEED ?? 2);
/** One request waits for no longer; streams go on until they are left. */
const PATIENCE_MS = 20_000;
const REFILL_EVERY = 100;
const SHOWN = 15;

/** Bodies that are no JSON, or not quite. */
const ODD_BODIES: [type: string, body: string][] = [
  ['application/json', '{'],
  ['application/json', ''],
  ['application/json', 'null'],
  ['application/json', '[1,2'],
  ['application/json', '{"__proto__":{"x":1}}'],
  ['application/json; charset=utf-16', '{}'],
  ['text/plain', 'hello'],
  ['text/csv', 'x,y\n1,2\n'],
  ['text/csv', 'x,y\n1\n"'],
  ['application/x-ndjson', '{"x":1,"y":2}\n{'],
  ['application/octet-stream', '\u0093NUMPY\u0001'],
  ['application/x-www-form-urlencoded', 'a=1&b=2'],
  ['multipart/form-data', 'no boundary'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n1,2\n3',
  ],
  ['a/b', 'x'],
  ['///', 'x'],
];
const ODD_SEGMENTS = ['0', '-1', 'none', '%00', '%E0%A4%A', '..', 'x'.repeat(300), '%2e%2e', 'null', '7'];
const FILES = ['x,y\n1,2\n3,4\n', 'x;y\n1,5;2\n', '', '{"x":1,"y":2}\n', '[{"x":1}]', '\0\0', 'x,y\n1,2,3\n'];

interface Sent {
  url: string;
  init: RequestInit;
}

describe('the contract in openapi.json', () => {
  const random = new Random(SEED);
  const ids: Partial<Record<string, string[]>> = {};
  let service: TestApp;
  let contract: Contract;
  let user: TestUser;
  let inventor: Inventor;

  beforeAll(async () => {
    service = await startApp({ JSON_LIMIT_MB: '1', UPLOAD_LIMIT_MB: '1' });
    contract = new Contract((await service.http.get('/openapi.json').expect(200)).body);
    inventor = new Inventor(
      random,
      (ref) => contract.resolve(ref),
      (field) => (field.endsWith('Id') ? anId(field) : field === 'k' && random.chance(0.5) ? 2 : undefined),
    );
    user = await signUp(service);
    await fill();
  }, 60_000);
  afterAll(() => service.close());

  const anId = (name: string): string | undefined => {
    const all = ids[name] ?? [];
    return all.at(-random.integer(1, Math.min(4, Math.max(1, all.length))));
  };
  const keep = (name: string, id: string): void => {
    (ids[name] ??= []).push(id);
  };

  /** One more of everything: what is deleted on the way is made up for. */
  async function fill(): Promise<void> {
    const post = async (path: string, body: object): Promise<string> => {
      const answer = await service.http.post(`/api/v1/${path}`).set(user.auth).send(body);
      return (answer.body as { id: string }).id;
    };
    const chatId = await post('chats', { title: 'x' });
    const rows = Array.from({ length: 12 }, (_, i) => [i % 3, i]);
    const datasetId = await post(`chats/${chatId}/datasets`, { columns: ['x', 'y'], rows });
    const centersId = await post(`chats/${chatId}/centers`, {
      columns: ['x', 'y'],
      values: [
        [0, 1],
        [2, 9],
      ],
    });
    const runId = await post(`chats/${chatId}/runs`, { datasetId, k: 2 });
    const keyId = await post('users/me/api-keys', { name: 'x' });
    for (const [name, id] of Object.entries({ chatId, datasetId, centersId, runId, keyId })) keep(name, id);
  }

  /** As different a request as may be, and most of the time nearly right. */
  function request(operation: Operation): Sent {
    const wild = random.pick([0, 0.03, 0.1, 0.4]);
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (random.chance(0.06)) return random.pick(ODD_SEGMENTS);
      return (
        (random.chance(0.9) ? anId(name) : undefined) ??
        (name === 'cluster' ? String(random.integer(0, 2)) : randomUUID())
      );
    });
    const query = new URLSearchParams();
    for (const { name, in: place, schema } of operation.parameters) {
      if (place !== 'query' || random.chance(0.5)) continue;
      const value = inventor.invent(schema, wild, name);
      for (const each of [value].flat().slice(0, 5))
        query.append(name, typeof each === 'string' ? each : JSON.stringify(each));
    }
    if (random.chance(0.03)) query.append('extra', '1');
    const headers: Record<string, string> = operation.closed && !random.chance(0.03) ? { ...user.auth } : {};
    if (random.chance(0.03)) headers.Authorization = random.pick(['Bearer x', 'Basic eDp4', `Bearer ${user.token}x`]);
    if (random.chance(0.1)) headers.Accept = random.pick(['text/csv', 'application/json', 'image/png', '*/*']);
    if (random.chance(0.03)) headers.Origin = 'https://evil.example';
    if (operation.method === 'POST' && random.chance(0.05))
      headers['Idempotency-Key'] = random.pick(['a', 'b', 'x y', 'x'.repeat(300)]);
    const init: RequestInit = { method: operation.method, headers };
    if (operation.method !== 'GET') addBody(operation, init, headers, wild);
    const search = query.size > 0 ? `?${query.toString()}` : '';
    return { url: path + search, init };
  }

  function addBody(operation: Operation, init: RequestInit, headers: Record<string, string>, wild: number): void {
    const types = Object.keys(operation.bodies);
    if (random.chance(0.06) || (types.length === 0 && random.chance(0.2))) {
      const [type, body] = random.pick(ODD_BODIES);
      headers['Content-Type'] = type;
      init.body = body;
    } else if (random.chance(0.01)) {
      headers['Content-Type'] = 'application/json';
      init.body = `{"title":"${'x'.repeat(2 ** 20)}"}`;
    } else if (types.length > 0) {
      const type = random.chance(0.7) ? types[0] : random.pick(types);
      if (type === 'multipart/form-data') {
        const form = new FormData();
        form.append(
          random.chance(0.95) ? 'file' : 'data',
          new Blob([random.pick(FILES)]),
          random.pick(['a.csv', 'a.npy', 'a', '']),
        );
        init.body = form;
      } else {
        headers['Content-Type'] = type;
        const invented = inventor.invent(operation.bodies[type], wild);
        init.body = type === 'application/json' ? JSON.stringify(invented) : random.pick(FILES);
      }
    }
  }

  async function send({ url, init }: Sent): Promise<{ status: number; type: string | null; text: string }> {
    const left = new AbortController();
    const timer = setTimeout(() => {
      left.abort();
    }, PATIENCE_MS);
    try {
      const answer = await fetch(service.url + url, { ...init, signal: left.signal });
      const type = answer.headers.get('content-type');
      const text = type?.startsWith('text/event-stream') ? '' : await answer.text();
      return { status: answer.status, type, text };
    } finally {
      clearTimeout(timer);
      left.abort();
    }
  }

  it(
    `holds for ${REQUESTS} requests of seed ${SEED}`,
    async () => {
      const complaints = new Map<string, string>();
      const met = new Map<string, Set<number>>();
      for (let i = 0; i < REQUESTS; i++) {
        if (i % REFILL_EVERY === 0) await fill();
        // Each operation in its turn, so that none is left out.
        const operation = contract.operations[i % contract.operations.length];
        const name = `${operation.method} ${operation.path}`;
        const sent = request(operation);
        const { status, type, text } = await send(sent);
        const complaint = contract.complaint(operation, status, type, text);
        if (complaint) {
          const said = `${complaint}\n  ${sent.url.slice(0, 300)}\n  ${JSON.stringify(sent.init).slice(0, 500)}\n  -> ${type ?? ''} ${text.slice(0, 400)}`;
          complaints.set(`${name} ${status} ${complaint.slice(0, 60)}`, said);
        }
        const { id } = status === 201 || status === 202 ? (JSON.parse(text) as { id?: string }) : {};
        const made = /\/(chat|dataset|center|run|api-key)s$/.exec(operation.path)?.[1];
        if (id && made) keep(made === 'center' ? 'centersId' : made === 'api-key' ? 'keyId' : `${made}Id`, id);
        met.set(name, (met.get(name) ?? new Set<number>()).add(status));
      }
      const shown = [...complaints].slice(0, SHOWN).map(([name, said]) => `${name}: ${said}`);
      expect(`${complaints.size} complaints\n${shown.join('\n')}`).toBe('0 complaints\n');
      // It was worth it: most operations were asked for what they grant as well as for what they refuse.
      const granted = [...met.values()].filter((statuses) => [...statuses].some((status) => status < 300));
      expect(granted.length).toBeGreaterThan(contract.operations.length * 0.7);
      expect((await service.http.get('/health/live')).status).toBe(200);
      await service.http.get('/api/v1/users/me').set(user.auth).expect(200);
    },
    60_000 + REQUESTS * 100,
  );
});
