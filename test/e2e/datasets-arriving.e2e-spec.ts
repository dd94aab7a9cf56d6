import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const DEADLINE_SECONDS = 5;
const BOUNDARY = 'the-boundary';
const HEADER = 'a,b,c,d\n';
const ROWS = 600_000;
/** More than what is waited for before a file is read while it comes in, and many blocks. */
const ROW = '1.5,2.25,-3.125,45\n';
const TABLE = HEADER + ROW.repeat(ROWS);

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('a file that is read while it comes in', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;

  beforeAll(async () => {
    service = await startApp({
      READERS: '1',
      READER_DEADLINE_SECONDS: String(DEADLINE_SECONDS),
      USER_QUOTA_MB: '40',
      UPLOAD_LIMIT_MB: '64',
    });
    ada = await signUp(service);
    const chat = await service.http.post('/api/v1/chats').set(ada.auth).send({ title: 'Slow' }).expect(201);
    chatId = (chat.body as { id: string }).id;
  });
  afterAll(() => service.close());

  const count = async (sql: string): Promise<number> => {
    const [{ count }] = await service.app.get(DataSource).query<[{ count: string }]>(`SELECT count(*) FROM ${sql}`);
    return Number(count);
  };
  /** Everything that the service keeps of data; the same before and after what is refused. */
  const kept = async (): Promise<number[]> => {
    const { length } = await readdir(join(service.config.dataDir, 'uploads'));
    return [await count('datasets'), await count('dataset_blocks'), await count('messages'), length];
  };
  const until = async (test: () => Promise<boolean>, what: string): Promise<void> => {
    for (let tries = 0; !(await test()); tries++) {
      if (tries > 200) throw new Error(`never: ${what}`);
      await wait(25);
    }
  };
  const loading = (): Promise<boolean> =>
    count(`dataset_blocks b JOIN datasets d ON d.id = b.dataset_id WHERE d.state = 'loading'`).then((n) => n > 0);

  const filePart = (name: string): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  const fieldPart = (name: string, value: string): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const END = `\r\n--${BOUNDARY}--\r\n`;

  /** Sends a body in parts, the parts after the first one only when what stands between them is done. */
  const send = (parts: string[], headers: Record<string, string> = {}, sized = true) => {
    const sending: ClientRequest = request(`${service.url}/api/v1/chats/${chatId}/datasets`, {
      method: 'POST',
      headers: {
        ...ada.auth,
        ...headers,
        'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
        ...(sized && { 'Content-Length': String(Buffer.byteLength(parts.join(''))) }),
      },
    });
    const answer = (async (): Promise<Answer> => {
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      return { status: response.statusCode!, body: (await json(response)) as Record<string, unknown> };
    })();
    answer.catch(() => undefined);
    sending.write(parts[0]);
    return { sending, answer, rest: () => sending.end(parts.slice(1).join('')) };
  };
  const halves = (text = TABLE, name = 'table.csv', end = END): string[] => {
    const middle = text.length >> 1;
    return [filePart(name) + text.slice(0, middle), text.slice(middle) + end];
  };
  const finish = async ({ answer, rest }: ReturnType<typeof send>): Promise<Answer> => {
    rest();
    return answer;
  };
  const drop = (answer: Answer) =>
    service.http
      .delete(`/api/v1/datasets/${String(answer.body.id)}`)
      .set(ada.auth)
      .expect(204);

  it('is stored as it comes, and is in the end what it is when it is read at once', async () => {
    const early = send(halves());
    await until(loading, 'blocks before the file is whole');
    const one = await finish(early);
    expect([one.status, one.body.rowCount]).toEqual([201, ROWS]);
    const page = await service.http
      .get(`/api/v1/datasets/${String(one.body.id)}/rows?offset=${ROWS - 1}`)
      .set(ada.auth)
      .expect(200);
    expect((page.body as { rows: unknown[][] }).rows).toEqual([[1.5, 2.25, -3.125, 45]]);
    await drop(one);
    // Without its length, it is read when it is whole.
    const late = send(halves(), {}, false);
    await wait(500);
    expect(await loading()).toBe(false);
    const other = await finish(late);
    expect({ ...one.body, id: '', createdAt: '' }).toEqual({ ...other.body, id: '', createdAt: '' });
    await drop(other);
  });

  it('is read again where fields behind it say something else of it', async () => {
    const before = await kept();
    const early = send(halves(TABLE, 'table.csv', `\r\n${fieldPart('header', 'false')}--${BOUNDARY}--\r\n`));
    await until(loading, 'blocks');
    const answer = await finish(early);
    expect([answer.status, answer.body.rowCount]).toEqual([201, ROWS + 1]);
    await drop(answer);
    const [datasets, blocks, , files] = await kept();
    expect([datasets, blocks, files]).toEqual([before[0], before[1], before[3]]);
  });

  it('takes its name from behind it', async () => {
    const early = send(halves(TABLE, 'table.csv', `\r\n${fieldPart('name', 'later')}--${BOUNDARY}--\r\n`));
    await until(loading, 'blocks');
    const answer = await finish(early);
    expect(answer).toMatchObject({ status: 201, body: { name: 'later', rowCount: ROWS } });
    await drop(answer);
  });

  it('leaves nothing when its sender goes away', async () => {
    const before = await kept();
    const early = send(halves());
    await until(loading, 'blocks');
    early.sending.destroy();
    await until(async () => String(await kept()) === String(before), 'everything is taken back');
    const next = await finish(send(halves()));
    expect(next.status).toBe(201);
    await drop(next);
  });

  it('leaves nothing when its last line is refused, and says which it is', async () => {
    const before = await kept();
    const early = send(halves(`${TABLE}1,2,3\n`));
    await until(loading, 'blocks');
    const answer = await finish(early);
    expect(answer).toMatchObject({ status: 422, body: { code: 'dataset.ragged_row' } });
    expect(answer.body.detail).toContain(`Line ${ROWS + 2} has 3 cells`);
    expect(await kept()).toEqual(before);
  });

  it('is answered when it is whole, also where its beginning is refused', async () => {
    const before = await kept();
    let answered = false;
    const early = send(halves(`${HEADER}1,2,3\n${TABLE}`));
    void early.answer.then(() => (answered = true));
    await wait(500);
    expect(answered).toBe(false);
    expect(await finish(early)).toMatchObject({ status: 422, body: { code: 'dataset.ragged_row' } });
    expect(await kept()).toEqual(before);
  });

  it('leaves nothing when the form turns out to be wrong', async () => {
    const before = await kept();
    for (const end of [
      `\r\n${filePart('second.csv')}a\n1${END}`,
      `\r\n${fieldPart('delimiter', 'x')}--${BOUNDARY}--\r\n`,
    ]) {
      const early = send(halves(TABLE, 'table.csv', end));
      await until(loading, 'blocks');
      expect((await finish(early)).status).toBe(400);
      await until(async () => String(await kept()) === String(before), 'everything is taken back');
    }
  });

  it('may come slowly: that is not the time in which it must be read', async () => {
    const early = send(halves());
    await until(loading, 'blocks');
    await wait(1000 * (DEADLINE_SECONDS + 1));
    const answer = await finish(early);
    expect(answer.status).toBe(201);
    await drop(answer);
  });

  it('gives its reader up to a file that is there', async () => {
    const early = send(halves());
    await until(loading, 'blocks');
    const small = await service.http
      .post(`/api/v1/chats/${chatId}/datasets`)
      .set(ada.auth)
      .attach('file', Buffer.from('a\n1\n'), 'small.csv')
      .expect(201);
    await service.http
      .delete(`/api/v1/datasets/${(small.body as { id: string }).id}`)
      .set(ada.auth)
      .expect(204);
    await until(async () => !(await loading()), 'what was read is taken back');
    const answer = await finish(early);
    expect([answer.status, answer.body.rowCount]).toEqual([201, ROWS]);
    await drop(answer);
  });

  it('is kept once for one key, and the key is for it alone', async () => {
    const headers = { 'Idempotency-Key': 'an-arriving-file' };
    const first = send(halves(), headers);
    await until(loading, 'blocks');
    const one = await finish(first);
    expect(one.status).toBe(201);
    const again = send(halves(), headers);
    await wait(300);
    expect(await loading()).toBe(false);
    expect(await finish(again)).toEqual(one);
    expect((await finish(send(halves(`${TABLE}${ROW}`), headers))).body.code).toBe('idempotency.key_reused');
    expect(await count(`datasets WHERE id = '${String(one.body.id)}'`)).toBe(1);
    await drop(one);
  });

  it('is refused where there is no room for it', async () => {
    const before = await kept();
    const wide = `${HEADER}${'1,2,3,4\n'.repeat(1.6e6)}`;
    const answer = await finish(send(halves(wide)));
    expect(answer).toMatchObject({ status: 413, body: { code: 'dataset.quota_exceeded' } });
    expect(await kept()).toEqual(before);
  });
});
