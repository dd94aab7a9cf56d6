import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { DatasetsService } from '../../src/datasets/datasets.service.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Column {
  name: string;
  type: string;
  missing: number;
  distinct: number;
  [figure: string]: unknown;
}
interface Dataset {
  id: string;
  chatId: string;
  columns: Column[];
  [field: string]: unknown;
}
interface Problem {
  status: number;
  code: string;
  detail: string;
}

const IRIS = readFileSync(resolve(import.meta.dirname, '../fixtures/iris.csv'));
const some = (type: unknown): unknown => expect.any(type);

describe('datasets', () => {
  let service: TestApp;
  let ada: TestUser;
  let bob: TestUser;
  let chatId: string;

  beforeAll(async () => {
    service = await startApp({ USER_QUOTA_MB: '64', UPLOAD_LIMIT_MB: '8' });
    [ada, bob] = [await signUp(service), await signUp(service)];
    chatId = await openChat();
  });
  afterAll(() => service.close());

  const openChat = async (): Promise<string> => {
    const response = await service.http.post('/api/v1/chats').set(ada.auth).send({ title: 'Data' }).expect(201);
    return (response.body as { id: string }).id;
  };
  const upload = (file: Buffer | string, name = 'table.csv', fields: Record<string, string> = {}, chat = chatId) => {
    const request = service.http.post(`/api/v1/chats/${chat}/datasets`).set(ada.auth);
    for (const [field, value] of Object.entries(fields)) void request.field(field, value);
    return request.attach('file', Buffer.from(file), name);
  };
  const post = (body: object, chat = chatId) =>
    service.http.post(`/api/v1/chats/${chat}/datasets`).set(ada.auth).send(body);
  const created = async (request: ReturnType<typeof upload>): Promise<Dataset> =>
    (await request.expect(201)).body as Dataset;
  const get = (path: string, user = ada) => service.http.get(`/api/v1/${path}`).set(user.auth);

  /** What the database holds of data, and the disk of uploads. */
  const stored = async (): Promise<unknown> => {
    const counts = await service.app.get(DataSource).query<unknown[]>(
      `SELECT (SELECT count(*) FROM datasets) AS datasets, (SELECT count(*) FROM dataset_blocks) AS blocks,
        (SELECT count(*) FROM messages) AS messages`,
    );
    return [counts, await readdir(join(service.config.dataDir, 'uploads'))];
  };

  it('takes a CSV, tells what it holds and notes it in the chat', async () => {
    const chat = await openChat();
    const dataset = await created(upload(IRIS, 'iris.csv', {}, chat));
    expect(dataset).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{14}7/) as unknown,
      chatId: chat,
      name: 'iris.csv',
      format: 'csv',
      rowCount: 150,
      sha256: createHash('sha256').update(IRIS).digest('hex'),
      sizeBytes: IRIS.length,
      createdAt: some(String),
      warnings: [expect.stringContaining('petal_length')],
    });
    expect(dataset.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'sepal_length: number',
      'sepal_width: number',
      'petal_length: number',
      'petal_width: number',
    ]);
    // As scikit-learn's description of the data has them.
    expect(dataset.columns[0]).toMatchObject({
      missing: 0,
      distinct: 35,
      min: 4.3,
      max: 7.9,
      quartiles: [5.1, 5.8, 6.4],
    });
    expect(dataset.columns[0].mean).toBeCloseTo(5.843333333, 9);
    expect(dataset.columns[0].std).toBeCloseTo(0.828066128, 9);

    expect((await get(`datasets/${dataset.id}`).expect(200)).body).toEqual(dataset);
    expect((await get(`chats/${chat}/datasets`).expect(200)).body).toEqual({ items: [dataset], nextCursor: null });
    const { items } = (await get(`chats/${chat}/messages`).expect(200)).body as { items: unknown[] };
    expect(items).toMatchObject([
      { author: 'user', kind: 'dataset', text: 'iris.csv: 150 rows, 4 columns', datasetId: dataset.id },
    ]);
  });

  it('takes rows as JSON', async () => {
    const rows = [
      [1, 'a', true, null],
      [2.5, 'b', false, null],
      [-3e-7, 'a', true, 'NA'],
      [1e300, null, true, ''],
    ];
    const { id, columns, ...dataset } = await created(post({ name: 'mine', columns: ['x', 'w', 't', 'n'], rows }));
    expect(dataset).toMatchObject({ name: 'mine', format: 'rows', rowCount: 4, sha256: some(String) });
    expect(columns.map(({ type, missing, distinct }) => [type, missing, distinct])).toEqual([
      ['number', 0, 4],
      ['category', 1, 2],
      ['category', 0, 2],
      ['text', 4, 0],
    ]);
    const response = await get(`datasets/${id}/rows`).expect(200);
    expect(response.body).toEqual({
      columns: ['x', 'w', 't', 'n'],
      rows: [
        [1, 'a', 'true', null],
        [2.5, 'b', 'false', null],
        [-3e-7, 'a', 'true', null],
        [1e300, null, 'true', null],
      ],
      offset: 0,
      total: 4,
    });
  });

  it('names nameless columns, and one row is enough', async () => {
    const { columns } = await created(post({ rows: [[1, 2]] }));
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ['c0', 'number'],
      ['c1', 'number'],
    ]);
    expect(columns[0]).not.toHaveProperty('std');
  });

  it('shows rows by offset and limit, across blocks', async () => {
    const total = 150_000;
    const text = `i,square\n${Array.from({ length: total }, (_, i) => `${i},${i * i}\n`).join('')}`;
    const { id } = await created(upload(text));
    for (const offset of [0, 65_535, 131_000, total - 2]) {
      const response = await get(`datasets/${id}/rows?offset=${offset}&limit=1000`).expect(200);
      const length = Math.min(1000, total - offset);
      const rows = Array.from({ length }, (_, i) => [offset + i, (offset + i) ** 2]);
      expect(response.body).toEqual({ columns: ['i', 'square'], rows, offset, total });
    }
    expect((await get(`datasets/${id}/rows?offset=${total}`).expect(200)).body).toMatchObject({ rows: [] });
    expect((await get(`datasets/${id}/rows`).expect(200)).body).toMatchObject({ rows: { length: 100 } });
    for (const query of ['limit=0', 'limit=1001', 'offset=-1', 'offset=x', 'page=2']) {
      await get(`datasets/${id}/rows?${query}`).expect(400);
    }
    const datasets = service.app.get(DatasetsService);
    const matrix = await datasets.openColumns(ada.id, id, ['square', 'i']);
    expect([matrix.rows, matrix.columns.map(({ name }) => name)]).toEqual([total, ['square', 'i']]);
    expect(matrix.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(matrix.data.every((value, at) => value === (at % 2 ? at >> 1 : (at >> 1) ** 2))).toBe(true);
    let line = 0;
    for await (const batch of datasets.iterateRows(ada.id, id)) {
      for (const cells of batch) if (cells.join() !== `${line},${(line++) ** 2}`) throw new Error(`row ${line}`);
    }
    expect(line).toBe(total);
  });

  it('takes the spellings that programs and spreadsheets have for nothing as such', async () => {
    const spellings = ['', 'NA', 'N/A', '#N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL'];
    const { columns } = await created(upload(`n,v\n${spellings.map((text, i) => `${i},${text}\n`).join('')}9,1.5\n`));
    expect(columns[1]).toMatchObject({ type: 'number', missing: spellings.length, min: 1.5, max: 1.5 });
  });

  it('reads as it is told to', async () => {
    const options = {
      name: 'told',
      delimiter: ';',
      header: 'false',
      decimalComma: 'true',
      missing: '["-1"]',
      encoding: 'latin1',
    };
    const dataset = await created(upload(Buffer.from('1,5;\xe4\n-1;b\n', 'latin1'), 'x.csv', options));
    expect(dataset).toMatchObject({
      name: 'told',
      reading: { delimiter: ';', header: false, encoding: 'windows-1252' },
    });
    expect((await get(`datasets/${dataset.id}/rows`)).body).toMatchObject({
      rows: [
        [1.5, 'ä'],
        [null, 'b'],
      ],
    });
  });

  describe('refuses, and keeps nothing of,', () => {
    const wide = `${Array.from({ length: 10_001 }, (_, i) => `n${i}`).join()}\n${'1,'.repeat(10_000)}1\n`;
    it.each<[string, string | Buffer, number, string, RegExp]>([
      ['a ragged row', 'a,b\n1,2\n3\n', 422, 'dataset.ragged_row', /Line 3/],
      ['a quote left open', 'a,b\n1,"2\n', 422, 'dataset.open_quote', /line 2, column 2/],
      ['an empty file', '', 422, 'dataset.empty_file', /empty/],
      ['only a header', 'a,b\n', 422, 'dataset.no_rows', /no rows/],
      ['a NUL byte', 'a,b\n1,2\n\0,3\n', 422, 'dataset.nul_byte', /Line 3/],
      ['bytes that are not UTF-8', Buffer.from('a,b\n\xff,2\n', 'latin1'), 422, 'dataset.not_utf8', /Line 2/],
      ['10,001 columns', wide, 422, 'dataset.too_many_columns', /10001/],
      ['a number beyond float64', 'a\n1\n1e999\n', 422, 'dataset.not_finite', /Line 3, column "a"/],
      ['a late ragged row', `a,b\n${'1,2\n'.repeat(200_000)}1\n`, 422, 'dataset.ragged_row', /Line 200002/],
      ['a file over the limit', Buffer.alloc(8 * 2 ** 20 + 1, '1\n'), 413, 'dataset.file_too_large', /8388608/],
    ])('%s', async (_, file, status, code, detail) => {
      const before = await stored();
      const response = await upload(file)
        .expect(status)
        .expect('Content-Type', /^application\/problem\+json/);
      const { body } = response as { body: Problem };
      expect(body).toMatchObject({ status, code });
      expect(body.detail).toMatch(detail);
      expect(await stored()).toEqual(before);
    });

    it.each<[string, string, number, string, RegExp]>([
      ['rows of unequal length', '{"rows":[[1,2],[3]]}', 422, 'dataset.ragged_row', /Row 2/],
      ['rows unlike the columns', '{"columns":["a"],"rows":[[1,2]]}', 422, 'dataset.ragged_row', /Row 1/],
      ['1e999', '{"rows":[[1,2],[3,1e999]]}', 422, 'dataset.not_finite', /Row 2, column "c1"/],
      ['no rows', '{"rows":[]}', 422, 'dataset.no_rows', /no rows/],
      ['empty rows', '{"rows":[[],[]]}', 422, 'dataset.no_columns', /no columns/],
      ['a lone surrogate', String.raw`{"rows":[["\ud800"]]}`, 422, 'dataset.bad_text', /Row 1, column "c0"/],
      ['a NUL character', String.raw`{"rows":[["\u0000"]]}`, 422, 'dataset.bad_text', /Row 1/],
      [
        'a long column name',
        `{"columns":["${'n'.repeat(10_000)}"],"rows":[[1]]}`,
        422,
        'dataset.column_name_too_long',
        /column 1/,
      ],
      ['a cell that is an object', '{"rows":[[1],[{}]]}', 400, 'request.invalid', /rows.1.0/],
      ['a row that is none', '{"rows":[1]}', 400, 'request.invalid', /rows.0/],
      ['rows that are none', '{"rows":"1,2"}', 400, 'request.invalid', /rows/],
      ['an unknown field', '{"rows":[[1]],"rowz":1}', 400, 'request.invalid', /rowz/],
    ])('%s in JSON', async (_, json, status, code, detail) => {
      const before = await stored();
      const request = service.http.post(`/api/v1/chats/${chatId}/datasets`).set(ada.auth);
      const response = await request.set('Content-Type', 'application/json').send(json).expect(status);
      const { body } = response as { body: Problem };
      expect(body).toMatchObject({ status, code });
      expect(body.detail).toMatch(detail);
      expect(await stored()).toEqual(before);
    });

    it('a form without a file, with two, with an unknown or wrong field', async () => {
      const before = await stored();
      const form = () => service.http.post(`/api/v1/chats/${chatId}/datasets`).set(ada.auth);
      await form().field('name', 'x').expect(400);
      await form().attach('data', IRIS, 'iris.csv').expect(400);
      await upload(IRIS, 'a.csv', { sheet: '1' }).expect(400);
      await upload(IRIS, 'a.csv', { header: 'perhaps' }).expect(400);
      await upload(IRIS, 'a.csv', { missing: 'NA' }).expect(400);
      await upload(IRIS, 'a.csv', { encoding: 'klingon' }).expect(422);
      const twice = await form().attach('file', IRIS, 'a.csv').attach('file', IRIS, 'b.csv').expect(400);
      expect(twice.body).toMatchObject({
        code: 'request.invalid',
        errors: [{ path: 'file', message: 'must be one file, in a part called "file".' }],
      });
      const thrice = form().attach('file', IRIS, 'a').attach('file', IRIS, 'b').attach('file', IRIS, 'c');
      await thrice.expect(400);
      await form().set('Content-Type', 'text/plain').send('a,b').expect(415);
      await form().set('Content-Type', 'multipart/form-data; boundary=x').send('no such boundary').expect(400);
      expect(await stored()).toEqual(before);
    });

    it('what is beyond the room of a user', async () => {
      const cell = 'abcdefgh'.repeat(120);
      const file = `a\n${Array.from({ length: 8000 }, (_, i) => `${i}${cell}\n`).join('')}`;
      const ids: string[] = [];
      for (;;) {
        const { status, body } = (await upload(file)) as { status: number; body: unknown };
        if (status === 413) {
          expect(body).toMatchObject({ code: 'dataset.quota_exceeded' });
          break;
        }
        ids.push((body as Dataset).id);
      }
      expect(ids.length).toBeGreaterThan(5);
      for (const id of ids) await service.http.delete(`/api/v1/datasets/${id}`).set(ada.auth).expect(204);
      await upload(file).expect(201);
    });
  });

  it('show their first rows as training would see them', async () => {
    const csv = 'a,b,word\n1,10,x\n2,,y\n3,30,x\n6,20,y\n';
    const { id } = await created(upload(csv));
    const preview = async (query: string): Promise<unknown> =>
      (await get(`datasets/${id}/preview${query}`).expect(200)).body;
    expect(await preview('?missing=drop&scaling=min-max')).toMatchObject({
      features: ['a', 'b'],
      rows: [
        [0, 0],
        [0.4, 1],
        [1, 0.5],
      ],
      rowNumbers: [0, 2, 3],
      rowCount: 3,
      warnings: [expect.stringContaining('1 row')],
    });
    expect(await preview('?missing=mean&scaling=none&columns=b&limit=2')).toMatchObject({
      features: ['b'],
      rows: [[10], [20]],
      rowNumbers: [0, 1],
      rowCount: 4,
    });
    const refused = async (query: string, status: number, code: string): Promise<void> => {
      expect((await get(`datasets/${id}/preview${query}`).expect(status)).body).toMatchObject({ code });
    };
    await refused('', 422, 'dataset.missing_values');
    expect(await preview('?scaling=none&columns=word&columns=a&logColumns=a&metric=cosine')).toMatchObject({
      features: ['word=x', 'word=y', 'a'],
      rows: [[1, 0, 0], expect.anything(), expect.anything(), expect.anything()],
    });
    expect(await preview('?scaling=none&columns=a&columnWeights={"a":2}')).toMatchObject({
      rows: [[2], [4], [6], [12]],
    });
    await refused('?columns=a&columnWeights={"word":2}', 422, 'preparation.unknown_column');
    await refused('?columns=a&columnWeights=2', 400, 'request.invalid');
    await refused('?columns=a&logColumns=b', 422, 'preparation.unknown_column');
    await refused('?columns=z', 422, 'dataset.unknown_column');
    await refused('?scaling=huge', 400, 'request.invalid');
    await refused('?limit=0', 400, 'request.invalid');
    await get(`datasets/${id}/preview`, bob).expect(404);
  });

  it('belong to their owner: to others they do not exist', async () => {
    const { id } = await created(upload(IRIS));
    const never = (await get(`datasets/${randomUUID()}`).expect(404)).body as Problem;
    for (const path of [`datasets/${id}`, `datasets/${id}/rows`, `chats/${chatId}/datasets`, 'datasets/no-uuid']) {
      expect((await get(path, bob).expect(404)).body).toEqual(never);
    }
    const asBob = await service.http.delete(`/api/v1/datasets/${id}`).set(bob.auth).expect(404);
    expect(asBob.body).toEqual(never);
    const target = `/api/v1/chats/${chatId}/datasets`;
    await service.http
      .post(target)
      .set(bob.auth)
      .send({ rows: [[1]] })
      .expect(404);
    await service.http.post(target).set(bob.auth).attach('file', IRIS, 'iris.csv').expect(404);
    await service.http.post(target).attach('file', IRIS, 'iris.csv').expect(401);
    await get(`datasets/${id}`).expect(200);
  });

  it('are deleted with their blocks, but not while a run holds them', async () => {
    const { id } = await created(upload(IRIS));
    const datasets = service.app.get(DatasetsService);
    const dataSource = service.app.get(DataSource);
    const runs = [randomUUID(), randomUUID()];
    for (const run of runs) await dataSource.transaction((manager) => datasets.hold(manager, ada.id, id, run));
    const remove = () => service.http.delete(`/api/v1/datasets/${id}`).set(ada.auth);
    expect((await remove().expect(409)).body).toMatchObject({ code: 'dataset.in_use' });
    await dataSource.transaction((manager) => datasets.release(manager, ada.id, runs[0]));
    await remove().expect(409);
    await dataSource.transaction((manager) => datasets.release(manager, ada.id, runs[1]));
    await remove().expect(204);
    await remove().expect(404);
    const blocks = await dataSource.query<unknown[]>('SELECT 1 FROM dataset_blocks WHERE dataset_id = $1', [id]);
    expect(blocks).toEqual([]);
    await expect(
      dataSource.transaction((manager) => datasets.hold(manager, ada.id, id, randomUUID())),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('go with their chat, held or not', async () => {
    const chat = await openChat();
    const { id } = await created(upload(IRIS, 'iris.csv', {}, chat));
    const dataSource = service.app.get(DataSource);
    await dataSource.transaction((manager) => service.app.get(DatasetsService).hold(manager, ada.id, id, randomUUID()));
    await service.http.delete(`/api/v1/chats/${chat}`).set(ada.auth).expect(204);
    await get(`datasets/${id}`).expect(404);
    expect(await dataSource.query('SELECT 1 FROM dataset_holds WHERE dataset_id = $1', [id])).toEqual([]);
  });

  it('are listed by the page, newest first', async () => {
    const chat = await openChat();
    for (const name of ['first', 'second', 'third']) await created(post({ name, rows: [[1]] }, chat));
    const page = (await get(`chats/${chat}/datasets?limit=2`).expect(200)).body as {
      items: Dataset[];
      nextCursor: string;
    };
    expect(page.items.map(({ name }) => name)).toEqual(['third', 'second']);
    const rest = (await get(`chats/${chat}/datasets?limit=2&cursor=${page.nextCursor}`).expect(200))
      .body as typeof page;
    expect(rest.items.map(({ name }) => name)).toEqual(['first']);
    expect(rest.nextCursor).toBeNull();
  });
});
