import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { mutate, type NamedFile } from '../support/mutations.js';

const FOLDER = resolve(import.meta.dirname, '../fixtures/datasets');
const DEADLINE_SECONDS = 10;
/** 500 with every run of the tests, 10,000 by `npm run fuzz`; `FUZZ_SEED` for others. */
const COUNT = Number(process.env.FUZZ_MUTATIONS ?? 500);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

const CSV = 'a,b,c\n1,"x ""y"",\nz",2024-01-31\n-2.5e3,ä,2024-02-01\n3,,\n'.repeat(5);
const RECORDS = Array.from({ length: 20 }, (_, i) => ({ a: i / 4, b: i % 2 ? 'x' : null, c: 'ä"]' }));
const TEXTS: NamedFile[] = [
  { name: 'x.csv', bytes: Buffer.from(CSV) },
  { name: 'utf16.csv', bytes: Buffer.from(`\ufeff${CSV}`, 'utf16le') },
  { name: 'x.tsv', bytes: Buffer.from('a\tb\n1,5\t2\n'.repeat(10)) },
  { name: 'x.json', bytes: Buffer.from(JSON.stringify(RECORDS)) },
  { name: 'doc.json', bytes: Buffer.from(JSON.stringify({ columns: ['a', 'b'], rows: [[1, 'x']] })) },
  { name: 'x.ndjson', bytes: Buffer.from(RECORDS.map((record) => JSON.stringify(record)).join('\n')) },
];

describe('damaged files', () => {
  let service: TestApp;
  let ada: TestUser;
  let path: string;

  beforeAll(async () => {
    service = await startApp({ READER_DEADLINE_SECONDS: String(DEADLINE_SECONDS), READER_MEMORY_MB: '384' });
    ada = await signUp(service);
    const chat = await service.http.post('/api/v1/chats').set(ada.auth).send({ title: 'Rubble' }).expect(201);
    path = `/api/v1/chats/${(chat.body as { id: string }).id}/datasets`;
  });
  afterAll(() => service.close());

  const upload = (file: NamedFile) => service.http.post(path).set(ada.auth).attach('file', file.bytes, file.name);

  it(
    `are read or refused with a reason, ${COUNT} of them, each before the deadline`,
    async () => {
      const binaries = readdirSync(FOLDER).filter((name) => !/\.(py|json)$/.test(name));
      const plain = [...TEXTS, ...binaries.map((name) => ({ name, bytes: readFileSync(resolve(FOLDER, name)) }))];
      const packed = plain.map(({ name, bytes }) => ({ name: `${name}.gz`, bytes: gzipSync(bytes) }));
      const files = [...plain, ...plain, ...plain, ...packed];
      const outcomes = new Map<string, number>();
      const faults: string[] = [];
      const check = async (seed: number): Promise<void> => {
        const file = mutate(files, seed);
        const begun = performance.now();
        const { status, body } = (await upload(file)) as { status: number; body: { code?: string; detail?: string } };
        const seconds = (performance.now() - begun) / 1000;
        const outcome = body.code ?? String(status);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        if (
          ![201, 413, 415, 422].includes(status) ||
          seconds > DEADLINE_SECONDS + 5 ||
          (status !== 201 && !body.detail)
        ) {
          faults.push(`seed ${seed} (${file.name}): ${status} ${outcome} after ${seconds.toFixed(1)} s`);
        }
      };
      for (let i = 0; i < COUNT; i += 2) await Promise.all([check(SEED * 100_000 + i), check(SEED * 100_000 + i + 1)]);
      expect(faults).toEqual([]);
      // Some live, most do not; nothing of those is kept.
      const taken = outcomes.get('201') ?? 0;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(COUNT * 0.6);
      const { items } = (await service.http.get(`${path}?limit=1`).set(ada.auth).expect(200)).body as {
        items: unknown[];
      };
      expect(items).toHaveLength(1);
      await upload(TEXTS[0]).expect(201);
      if (process.env.FUZZ_MUTATIONS)
        process.stdout.write(`${JSON.stringify(Object.fromEntries(outcomes), null, 1)}\n`);
    },
    Math.max(60_000, COUNT * 200),
  );
});
