import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { completeRun, type RunAnswer } from '../factories/runs.js';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

interface Centers {
  id: string;
  columns: string[];
  features: string[];
  values: number[][];
  preprocessing: { columns: object[]; steps: { kind: string }[] };
}
interface Prediction {
  cluster: number;
  distance: number;
  unknown?: string[];
}

const COLUMNS = ['colour', 'day', 'amount', 'size'];
const OPTIONS = {
  columns: COLUMNS,
  idColumn: 'name',
  weightColumn: 'w',
  columnWeights: { colour: 2 },
  logColumns: ['amount'],
  missing: 'most-frequent',
  rareShare: 0.1,
  k: 2,
  seed: 1,
};

/** Red ones early, cheap and small; blue ones late, dear and large; two colours that hardly occur. */
const rows = Array.from({ length: 40 }, (_, i) => {
  const late = i % 2;
  const colour = i === 4 ? 'mauve' : i === 7 ? 'ochre' : i === 10 ? '' : late ? 'blue' : 'red';
  const day = `${late ? 12 : 1}/${String(10 + (i % 19)).padStart(2, '0')}/2024`;
  return [
    `=row ${i}`,
    colour,
    day,
    late ? 1000 + 10 * i : 1 + i / 10,
    i === 12 ? '' : (late ? 20 : 2) + i / 40,
    1 + (i % 3),
  ];
});
const csv = ['name,colour,day,amount,size,w', ...rows.map((row) => row.join())].join('\n');

describe('columns of words and dates, logarithms and weights', () => {
  let service: TestApp;
  let ada: TestUser;
  let chatId: string;
  let datasetId: string;
  let run: RunAnswer;
  let centers: Centers;

  const post = async <T>(path: string, body: object, status = 200): Promise<T> =>
    (await service.http.post(`/api/v1/${path}`).set(ada.auth).send(body).expect(status)).body as T;
  const get = async <T>(path: string): Promise<T> =>
    (await service.http.get(`/api/v1/${path}`).set(ada.auth).expect(200)).body as T;
  const predict = async (body: object, id = centers.id): Promise<Prediction[]> =>
    (await post<{ predictions: Prediction[] }>(`centers/${id}/predictions`, body)).predictions;
  const cells = (row: (typeof rows)[number]) => row.slice(1, 5).map((cell) => (cell === '' ? null : cell));
  const sendFile = async (type: string, body: string): Promise<string> => {
    const answer = await service.http
      .post(`/api/v1/centers/${centers.id}/predictions`)
      .set(ada.auth)
      .set('Content-Type', type)
      .send(body)
      .buffer(true)
      .parse((response, done) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          done(null, text);
        });
      })
      .expect(200);
    return answer.body as string;
  };

  beforeAll(async () => {
    service = await startApp();
    ada = await signUp(service);
    chatId = (await post<{ id: string }>('chats', { title: 't' }, 201)).id;
    const answer = await service.http
      .post(`/api/v1/chats/${chatId}/datasets`)
      .set(ada.auth)
      .attach('file', Buffer.from(csv), 'rows.csv')
      .expect(201);
    datasetId = (answer.body as { id: string }).id;
    run = await completeRun(service, ada, chatId, { datasetId, ...OPTIONS });
    centers = await get<Centers>(`centers/${run.result?.centersId}`);
  });
  afterAll(() => service.close());

  it('are profiled', async () => {
    const { columns } = await get<{ columns: object[] }>(`datasets/${datasetId}`);
    expect(columns).toMatchObject([
      { name: 'name' },
      { name: 'colour', type: 'category', missing: 1, distinct: 4 },
      { name: 'day', type: 'date', dateOrder: 'month-first', min: '2024-01-10', max: '2024-12-28' },
      { name: 'amount', type: 'number' },
      { name: 'size', type: 'number', missing: 1 },
      { name: 'w', type: 'number' },
    ]);
  });

  it('are trained on', () => {
    expect(run).toMatchObject({ status: 'succeeded', params: OPTIONS, result: { sizes: [20, 20] } });
    expect(run.result?.warnings).toEqual([expect.stringMatching(/"colour": 2 of 4 categories are rare/)]);
    expect(centers.columns).toEqual(COLUMNS);
    expect(centers.features).toEqual(['colour=blue', 'colour=red', 'colour=(rare)', 'day', 'amount', 'size']);
    expect(centers.preprocessing.steps.map(({ kind }) => kind)).toEqual(['impute', 'one-hot', 'log', 'scale', 'weigh']);
    expect(centers.preprocessing.columns[1]).toEqual({ name: 'day', type: 'date', order: 'month-first' });
    const weights = rows.map((row) => Number(row[5]));
    centers.values.forEach((center) => {
      const late = center[0] > 0.5 ? 1 : 0;
      const own = [...rows.keys()].filter((i) => i % 2 === late);
      const mean = (of: (i: number) => number): number =>
        own.reduce((sum, i) => sum + weights[i] * of(i), 0) / own.reduce((sum, i) => sum + weights[i], 0);
      // Rows count by their weight; of what is logged, the centre is the geometric mean.
      expect(center[4]).toBeCloseTo(Math.exp(mean((i) => Math.log(Number(rows[i][3])))), 8);
      expect(center[3]).toBeCloseTo(
        mean((i) => Date.parse(`${String(rows[i][2])} UTC`)),
        0,
      );
      expect(center[2]).toBeCloseTo(
        mean((i) => Number(['mauve', 'ochre'].includes(String(rows[i][1])))),
        12,
      );
    });
  });

  it('are previewed as they are trained on', async () => {
    const query = [
      ...COLUMNS.map((name) => `columns=${name}`),
      'logColumns=amount',
      'missing=most-frequent',
      'rareShare=0.1',
      `columnWeights=${JSON.stringify({ colour: 2 })}`,
    ].join('&');
    const preview = await get<{ features: string[]; rows: number[][]; preparation: object }>(
      `datasets/${datasetId}/preview?${query}`,
    );
    expect(preview.features).toEqual(centers.features);
    expect(preview.preparation).toEqual(centers.preprocessing);
    expect(preview.rows[4].slice(0, 3)).toEqual([0, 0, 2]);
  });

  it('are previewed with no weights where they are null', async () => {
    const path = `datasets/${datasetId}/preview?missing=median`;
    expect(await get(`${path}&columnWeights=null`)).toEqual(await get(path));
  });

  it('are predicted by rows and by records, with unknown categories told', async () => {
    const labels = (await get<{ labels: number[] }>(`runs/${run.id}/labels`)).labels;
    const byRows = await predict({ rows: rows.map(cells) });
    expect(byRows.map(({ cluster }) => cluster)).toEqual(labels);
    const records = rows.map((row) => ({
      name: row[0],
      ...Object.fromEntries(cells(row).map((cell, j) => [COLUMNS[j], cell])),
    }));
    const byRecords = await predict({ records });
    expect(byRecords).toEqual(byRows.map((prediction, i) => ({ ...prediction, id: rows[i][0] })));
    expect(byRows.some(({ unknown }) => unknown)).toBe(false);
    const [known, strange] = await predict({
      rows: [
        ['blue', '12/20/2024', 1100, 20],
        ['puce', '12/20/2024', 1100, 20],
      ],
    });
    expect(strange).toMatchObject({ cluster: known.cluster, unknown: ['colour'] });
    expect(strange.distance).toBeGreaterThan(known.distance);
  });

  it.each([
    [
      { rows: [['blue', '20/12/2024', 1, 2]] },
      'prediction.wrong_type',
      'rows.0.1',
      /^Row 1: "day" "20\/12\/2024" does not exist/,
    ],
    [{ rows: [['blue', 'soon', 1, 2]] }, 'prediction.wrong_type', 'rows.0.1', /is no date/],
    [
      {
        rows: [
          ['blue', 0, 1, 2],
          ['blue', 0, 0, 2],
        ],
      },
      'prediction.no_logarithm',
      'rows.1.2',
      /^Row 2: "amount" is 0/,
    ],
    [
      { records: [{ colour: 'red', day: null, amount: 1, size: 'x' }] },
      'prediction.wrong_type',
      'records.0.size',
      /Row 1/,
    ],
  ])('are refused with their place: %j', async (body, code, path, detail) => {
    const answer = await post<object>(`centers/${centers.id}/predictions`, body, 422);
    expect(answer).toMatchObject({ code, detail: expect.stringMatching(detail), errors: [{ path }] });
  });

  it('are predicted in files, with unknown categories told', async () => {
    const byRows = await predict({ rows: rows.map(cells) });
    const answer = (await sendFile('text/csv', csv.replace('=row 3,blue', '=row 3,puce'))).trim().split('\r\n');
    expect(answer[0]).toBe('name,colour,day,amount,size,w,cluster,distance,runnerUp,margin,outlier,unknown');
    expect(answer.slice(1).map((line) => Number(line.split(',')[6]))).toEqual(byRows.map(({ cluster }) => cluster));
    expect(answer[1].split(',')[7]).toBe(String(byRows[0].distance));
    expect(answer.slice(1).map((line) => line.split(',')[11])).toEqual(rows.map((_, i) => (i === 3 ? 'colour' : '')));
    const record = { colour: 'puce', day: '12/20/2024', amount: 1100, size: 20 };
    const [line] = (await sendFile('application/x-ndjson', `${JSON.stringify(record)}\n`)).split('\n');
    expect(JSON.parse(line)).toMatchObject({ ...record, cluster: byRows[1].cluster, unknown: ['colour'] });
    const refused = await service.http
      .post(`/api/v1/centers/${centers.id}/predictions`)
      .set(ada.auth)
      .set('Content-Type', 'text/csv')
      .send('colour,day,amount,size\nred,1/2/2024,1,1\nred,1/32/2024,1,1\n')
      .expect(422);
    expect(refused.body).toMatchObject({
      code: 'prediction.wrong_type',
      detail: 'Row 2: "day" "1/32/2024" does not exist.',
      errors: [{ path: 'rows.1.day' }],
    });
  });

  it('are told in profiles and explanations', async () => {
    const { items } = await get<{ items: { summary: string; columns: { name: string; mean: number }[] }[] }>(
      `centers/${centers.id}/clusters`,
    );
    const late = items.find(({ columns }) => columns.some(({ name, mean }) => name === 'colour=blue' && mean > 0.5));
    expect(late?.summary).toMatch(/high amount.*; 20 rows$/);
    const explained = await post<{
      prediction: Prediction;
      columns: { name: string; center: number | null; contribution: number }[];
      difference: number;
    }>(`centers/${centers.id}/explanations`, { row: ['blue', '12/20/2024', 1100, 20] });
    expect(explained.columns.map(({ name }) => name)).toEqual(COLUMNS);
    expect(explained.columns[0].center).toBe(centers.values[explained.prediction.cluster][0]);
    expect(explained.columns.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(
      explained.difference,
      12,
    );
  });

  it('survive export and import to the bit', async () => {
    const bundle = await get<Record<string, unknown>>(`centers/${centers.id}/export?format=json`);
    const copy = await post<Centers>(`chats/${chatId}/centers`, bundle, 201);
    expect(copy.preprocessing).toEqual(centers.preprocessing);
    expect(await predict({ rows: rows.map(cells) }, copy.id)).toEqual(await predict({ rows: rows.map(cells) }));
    const table = await service.http.get(`/api/v1/centers/${centers.id}/export?format=csv`).set(ada.auth).expect(200);
    expect(table.text.split(/\r?\n/)[0]).toBe(centers.features.join());
  });

  it('are carried over to a training that begins from their centres', async () => {
    const again = await completeRun(service, ada, chatId, { datasetId, ...OPTIONS, init: { centersId: centers.id } });
    expect(again).toMatchObject({ status: 'succeeded', result: { sizes: [20, 20], inertia: run.result!.inertia } });
  });
});
