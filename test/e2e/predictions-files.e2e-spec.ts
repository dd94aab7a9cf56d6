import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { binaryFormat, type BinaryFormatName } from '../../src/datasets/writers/binary-formats.js';
import type { Cells, ColumnHead } from '../../src/datasets/writers/cells.js';
import { binary } from '../support/api.js';
import { toNpy } from '../../src/centers/npy-export.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

const CENTERS = {
  columns: ['x', 'y'],
  values: [
    [0, 0],
    [10, 0],
    [0, 8],
  ],
};
const HEADER = 'cluster,distance,runnerUp,margin,outlier';

interface Prediction {
  cluster: number;
  distance: number;
  runnerUp: number;
  margin: number;
}

describe('predictions of a file', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;
  let centersId: string;

  const json = (path: string, body: object) => service.http.post(`/api/v1/${path}`).set(ada.auth).send(body);
  const send = (type: string, file: string | Buffer, query = '', place = `centers/${centersId}`) =>
    service.http.post(`/api/v1/${place}/predictions${query}`).set(ada.auth).set('Content-Type', type).send(file);
  const predict = async (rows: number[][]): Promise<Prediction[]> =>
    ((await json(`centers/${centersId}/predictions`, { rows }).expect(200)).body as { predictions: Prediction[] })
      .predictions;
  /** Files that are still there once all should be done with. */
  const uploads = async (): Promise<string[]> => {
    const list = () => readdir(join(service.config.dataDir, 'uploads'));
    for (let i = 0; i < 100 && (await list()).length > 0; i++) await wait(50);
    return list();
  };

  beforeAll(async () => {
    service = await startApp();
    ada = await signUp(service);
    chatId = ((await json('chats', { title: 'f' }).expect(201)).body as { id: string }).id;
    centersId = ((await json(`chats/${chatId}/centers`, CENTERS).expect(201)).body as { id: string }).id;
  });
  afterAll(() => service.close());

  it('are the CSV with columns added, whatever the order, and the others as they were', async () => {
    const file = 'name,y,note,x\n"a, b",0,007,1.50\n"say ""hi""",0,,1e1\né,4,=1+1,3\n';
    const { text, headers } = await send('text/csv', file).expect(200);
    expect(headers['content-type']).toContain('text/csv');
    const [a, b, c] = await predict([
      [1.5, 0],
      [10, 0],
      [3, 4],
    ]);
    const added = ({ cluster, distance, runnerUp, margin }: Prediction) =>
      `${cluster},${distance},${runnerUp},${margin},`;
    expect(text.split('\r\n')).toEqual([
      `name,y,note,x,${HEADER}`,
      `"a, b",0,007,1.50,${added(a)}`,
      `"say ""hi""",0,,1e1,${added(b)}`,
      `é,4,"'=1+1",3,${added(c)}`,
      '',
    ]);
    expect((await send('text/csv', file, '', `chats/${chatId}`).expect(200)).text).toBe(text);
    const form = service.http.post(`/api/v1/centers/${centersId}/predictions`).set(ada.auth);
    expect((await form.attach('file', Buffer.from(file), 'rows.csv').expect(200)).text).toBe(text);
    expect((await send('application/gzip', gzipSync(file)).expect(200)).text).toBe(text);
  });

  it('speak the dialect of the file', async () => {
    const { text } = await send('text/csv', 'x;y;cluster\n1,5;0;old\n').expect(200);
    const [{ distance, margin }] = await predict([[1.5, 0]]);
    const comma = (value: number) => String(value).replace('.', ',');
    expect(text).toBe(
      `x;y;cluster;cluster_2;distance;runnerUp;margin;outlier\r\n1,5;0;old;0;${comma(distance)};2;${comma(margin)};\r\n`,
    );
    const tabs = await send('text/tab-separated-values', 'x\ty\n1.5\t0\n').expect(200);
    expect(tabs.headers['content-type']).toBe('text/tab-separated-values; charset=utf-8');
    expect(tabs.headers['content-disposition']).toBe('attachment; filename="predictions.tsv"');
    expect(tabs.text).toBe(`x\ty\t${HEADER.replaceAll(',', '\t')}\r\n1.5\t0\t0\t${distance}\t2\t${margin}\t\r\n`);
  });

  it('have all distances on request', async () => {
    const { text } = await send('text/csv', 'x,y\n3,4\n', '?detail=distances').expect(200);
    expect(text).toBe(`x,y,${HEADER},distance0,distance1,distance2\r\n3,4,0,5,2,0,,5,${Math.sqrt(65)},5\r\n`);
  });

  it('are NDJSON and JSON records for such', async () => {
    const rows = [
      { y: 4, id: 'a', x: 3 },
      { y: 0, id: 'b', x: 10 },
    ];
    const [a, b] = (
      await predict([
        [3, 4],
        [10, 0],
      ])
    ).map((prediction, i) => ({ ...rows[i], ...prediction }));
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    const { text } = await send('application/x-ndjson', lines).expect(200);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([a, b]);
    const form = service.http.post(`/api/v1/centers/${centersId}/predictions`).set(ada.auth);
    expect((await form.attach('file', Buffer.from(JSON.stringify(rows)), 'rows.json').expect(200)).body).toEqual([
      a,
      b,
    ]);
  });

  it('pass on what records hold beyond numbers and words, and leave out what they do', async () => {
    const records = [
      { y: 4, good: true, list: [1, { a: null }], empty: '', na: 'NA', none: null, x: 3 },
      { x: 10, y: 0, good: 'words', list: {}, empty: '0', na: 'n', late: false },
      { y: 0, x: 1 },
    ];
    const lines = records.map((record) => JSON.stringify(record));
    const { text } = await send('application/x-ndjson', `${lines.join('\n')}\n`).expect(200);
    const answered = text.trimEnd().split('\n');
    const predictions = await predict(records.map(({ x, y }) => [x, y]));
    expect(answered.map((line) => JSON.parse(line) as object)).toEqual(
      records.map((record, i) => ({ ...record, ...predictions[i] })),
    );
    const array = await send('application/octet-stream', `[${lines.join(',')}]`).expect(200);
    expect(array.body).toEqual(answered.map((line) => JSON.parse(line) as object));
  });

  it.each([
    ['true', 'must be a number'],
    ['[1]', 'must be a number'],
    ['{}', 'must be a number'],
    ['""', 'is missing'],
  ])('take no %s of a record for a number', async (x, message) => {
    const answer = await send('application/x-ndjson', `{"x": 1, "y": 2}\n{"x": ${x}, "y": 2}\n`).expect(422);
    expect(answer.body).toMatchObject({ errors: [{ path: 'rows.1.x', message: `${message}.` }] });
  });

  it('are an NPY array for one', async () => {
    const values = Float64Array.of(3, 4, 10, 0, 1, 1);
    const answer = await send('application/octet-stream', Buffer.from(toNpy(values, 2)))
      .buffer(true)
      .expect(200);
    const bytes = answer.body as Buffer;
    const start = 10 + bytes.readUInt16LE(8);
    expect(bytes.toString('latin1', 10, start)).toContain("'shape': (3, 7)");
    const found = new Float64Array(Uint8Array.from(bytes.subarray(start)).buffer);
    const expected = (
      await predict([
        [3, 4],
        [10, 0],
        [1, 1],
      ])
    ).flatMap(({ cluster, distance, runnerUp, margin }, i) => [
      values[2 * i],
      values[2 * i + 1],
      cluster,
      distance,
      runnerUp,
      margin,
      NaN,
    ]);
    expect([...found]).toEqual(expected);
  });

  it('are the same to the bit as one by one, over many blocks', async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => [Math.sin(i) * 12, Math.cos(i * 1.7) * 9]);
    const { text } = await send('text/csv', `x,y\n${rows.map((row) => row.join()).join('\n')}\n`).expect(200);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(rows.length + 1);
    const probes = [0, 1, 16_383, 16_384, 65_535, 65_536, 131_072, 199_999];
    const predictions = await predict(probes.map((i) => rows[i]));
    probes.forEach((i, p) => {
      const { cluster, distance, runnerUp, margin } = predictions[p];
      expect(lines[i + 1]).toBe(`${rows[i].join()},${cluster},${distance},${runnerUp},${margin},`);
    });
    expect(await uploads()).toEqual([]);
  });

  describe.each<[BinaryFormatName, string, string]>([
    ['parquet', 'application/vnd.apache.parquet', 'predictions.parquet'],
    ['arrow', 'application/vnd.apache.arrow.file', 'predictions.arrow'],
    ['arrow-stream', 'application/vnd.apache.arrow.stream', 'predictions.arrows'],
  ])('as %s', (format, type, name) => {
    const heads: ColumnHead[] = [
      { name: 'id', type: 'int64' },
      { name: 'y', type: 'float64' },
      { name: 'when', type: 'timestamp' },
      { name: 'x', type: 'float32' },
      { name: 'note', type: 'text' },
      { name: 'good', type: 'boolean' },
    ];
    const write = async (...parts: Cells[][]): Promise<Buffer> => {
      const { begin, part, end } = await binaryFormat(format);
      const pieces = [begin(heads)];
      const length = () => pieces.reduce((sum, piece) => sum + piece.length, 0);
      const told = parts.map((cells) => {
        const encoded = part(heads, cells);
        const offset = length();
        pieces.push(encoded.bytes);
        return { part: encoded.part, offset };
      });
      return Buffer.concat([...pieces, end(heads, told, length())]);
    };
    const read = async (file: Buffer): Promise<Record<string, unknown>[]> =>
      format === 'parquet'
        ? parquetReadObjects({ file: new Uint8Array(file).buffer })
        : tableFromIPC(file)
            .toArray()
            .map((row: { toJSON(): Record<string, unknown> } | null) => row!.toJSON());
    const ask = (file: Buffer, query = '', sentAs = type) => send(sentAs, file, query).buffer(true).parse(binary);

    it('are the same with columns added, every column of its own type', async () => {
      const when = [new Date('2024-02-29T12:00:00.123Z'), null, new Date(-1)];
      const file = await write(
        [[2n ** 60n, -1n], [4, 0.1], when.slice(0, 2), [3, 9.5], ['é,"', null], [true, null]],
        [[null], [8], when.slice(2), [0.25], ['last'], [false]],
      );
      const answer = await ask(file).expect(200);
      expect(answer.headers['content-type']).toBe(type);
      expect(answer.headers['content-disposition']).toBe(`attachment; filename="${name}"`);
      const rows = await read(answer.body as Buffer);
      const predictions = await predict([
        [3, 4],
        [9.5, 0.1],
        [0.25, 8],
      ]);
      const plain = (value: unknown) => (value instanceof Date ? value.getTime() : value);
      const own = [
        { id: 2n ** 60n, y: 4, when: when[0], x: 3, note: 'é,"', good: true },
        { id: -1n, y: 0.1, when: null, x: 9.5, note: null, good: null },
        { id: null, y: 8, when: when[2], x: 0.25, note: 'last', good: false },
      ];
      expect(
        rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)]))),
      ).toEqual(own.map((row, i) => ({ ...row, ...predictions[i], when: plain(row.when) })));
      // Told by its content, packed or not, in a form or not; with all distances.
      for (const other of [
        await ask(file, '', 'application/octet-stream').expect(200),
        await ask(gzipSync(file), '', 'application/gzip').expect(200),
        await service.http
          .post(`/api/v1/centers/${centersId}/predictions`)
          .set(ada.auth)
          .attach('file', file, 'rows')
          .buffer(true)
          .parse(binary)
          .expect(200),
      ]) {
        expect((other.body as Buffer).equals(answer.body as Buffer)).toBe(true);
      }
      const [first] = await read((await ask(file, '?detail=distances').expect(200)).body as Buffer);
      expect([first.distance0, first.distance1, first.distance2]).toEqual([5, Math.sqrt(65), 5]);
    });

    it('are the same in many parts as one by one', async () => {
      const rows = 70_000;
      const values = Float64Array.from({ length: rows }, (_, i) => (i % 1000) / 64);
      const none = (): null[] => new Array<null>(rows).fill(null);
      const file = await write([none(), values.map((value) => value / 3), none(), values, none(), none()]);
      const answered = await read((await ask(file).expect(200)).body as Buffer);
      expect(answered).toHaveLength(rows);
      const some = [0, 1, 16_383, 16_384, 65_535, 65_536, 69_999];
      const predictions = await predict(some.map((i) => [values[i], values[i] / 3]));
      expect(some.map((i) => answered[i])).toMatchObject(predictions);
    });

    it('are refused where a value is missing or a column of words is taken for numbers', async () => {
      const missing = await write([[1n], [null], [null], [1], ['a'], [true]]);
      expect((await send(type, missing).expect(422)).body).toMatchObject({ code: 'prediction.missing_value' });
      heads[3].type = 'text';
      const words = await write([[1n], [1], [null], ['far'], ['a'], [true]]);
      heads[3].type = 'float32';
      expect((await send(type, words).expect(422)).body).toMatchObject({ code: 'prediction.wrong_type' });
      expect(await uploads()).toEqual([]);
    });
  });

  it.each<[string, number, string, string | undefined, string, string]>([
    ['lacks a column', 422, 'prediction.missing_column', 'y', 'text/csv', 'x,z\n1,2\n'],
    ['has a column twice', 422, 'prediction.duplicate_column', undefined, 'text/csv', 'x,y,x\n1,2,3\n'],
    ['names no columns and has others', 422, 'prediction.wrong_length', undefined, 'text/csv', '1,2,3\n4,5,6\n'],
    ['holds a word', 422, 'prediction.wrong_type', 'rows.1.x', 'text/csv', 'x,y\n1,2\nfar,3\n4,5\n'],
    ['lacks a value', 422, 'prediction.missing_value', 'rows.0.y', 'text/csv', 'x,y\n1,\n'],
    ['has only a header', 422, 'dataset.no_rows', undefined, 'text/csv', 'x,y\n'],
    ['is empty', 422, 'dataset.empty_file', undefined, 'text/csv', ''],
    ['is ragged', 422, 'dataset.ragged_row', undefined, 'text/csv', 'x,y\n1,2\n3\n'],
    ['leaves a quote open', 422, 'dataset.open_quote', undefined, 'text/csv', 'x,y\n1,2\n"3,4\n'],
    ['is no JSON', 422, 'dataset.invalid_json', undefined, 'application/x-ndjson', '{"x": 1, "y": 2}\n{"x": \n'],
    ['is a ZIP archive', 415, 'dataset.unknown_format', undefined, 'application/octet-stream', 'PK\x03\x04...'],
    ['is Parquet cut short', 422, 'dataset.truncated', undefined, 'application/octet-stream', 'PAR1....'],
    ['is Arrow cut short', 422, 'dataset.damaged', undefined, 'application/octet-stream', 'ARROW1\0\0\xff\xff'],
    ['is of a type that is no table', 415, 'request.unsupported_type', undefined, 'application/xml', '<a/>'],
  ])('are refused when it %s', async (_, status, code, path, type, file) => {
    const answer = await send(type, file).expect(status);
    expect(answer.body).toMatchObject({ status, code, ...(path !== undefined && { errors: [{ path }] }) });
    expect(await uploads()).toEqual([]);
  });

  it('are refused when a form has no file, and when files are sent elsewhere', async () => {
    const form = service.http.post(`/api/v1/centers/${centersId}/predictions`).set(ada.auth).field('name', 'x');
    expect((await form.expect(400)).body).toMatchObject({ errors: [{ path: 'file' }] });
    const misnamed = service.http.post(`/api/v1/centers/${centersId}/predictions`).set(ada.auth);
    const { body } = await misnamed.attach('data', Buffer.from('x,y\n1,2\n'), 'rows.csv').expect(400);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ path: 'data' }] });
    const elsewhere = service.http.post('/api/v1/chats').set(ada.auth).set('Content-Type', 'text/csv').send('a,b\n');
    expect((await elsewhere.expect(415)).body).toMatchObject({ code: 'request.unsupported_type' });
  });

  it('are refused when a form holds anything but one file, before it or behind it', async () => {
    const post = () => service.http.post(`/api/v1/centers/${centersId}/predictions`).set(ada.auth);
    const [first, second] = ['x,y\n1,2\n', 'x,y\n3,4\n'].map((text) => Buffer.from(text));
    const one = await post().attach('file', first, 'a.csv').expect(200);
    expect(one.text.split('\r\n')).toHaveLength(3);
    for (const [path, form] of [
      ['file', post().attach('file', first, 'a.csv').attach('file', second, 'b.csv')],
      ['other', post().attach('file', first, 'a.csv').attach('other', second, 'b.csv')],
      ['detail', post().attach('file', first, 'a.csv').field('detail', 'distances')],
      ['detail', post().field('detail', 'distances').attach('file', first, 'a.csv')],
    ] as const) {
      expect((await form.expect(400)).body).toMatchObject({ code: 'request.invalid', errors: [{ path }] });
    }
    expect(await uploads()).toEqual([]);
  });

  it('break off when a late row is wrong, and are never taken for whole', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},1`);
    lines[150_000] = 'far,1';
    await expect(send('text/csv', `x,y\n${lines.join('\n')}\n`)).rejects.toThrow(/aborted|terminated|hang up|reset/i);
    expect(await uploads()).toEqual([]);
  });

  it('end when the caller goes away, and leave nothing behind', async () => {
    const file = `x,y\n${'1,1\n'.repeat(2_000_000)}`;
    await new Promise<void>((resolve, reject) => {
      const call = httpRequest(
        `${service.url}/api/v1/centers/${centersId}/predictions`,
        { method: 'POST', headers: { ...ada.auth, 'Content-Type': 'text/csv' } },
        (answer) => {
          answer.once('data', () => {
            call.destroy();
            resolve();
          });
          answer.on('error', () => undefined);
        },
      );
      call.on('error', reject);
      call.end(file);
    });
    expect(await uploads()).toEqual([]);
    expect((await send('text/csv', 'x,y\n3,4\n').expect(200)).text).toContain('3,4,0,5,2,0,');
  });
});
