import { afterAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Generator } from './kmeans/generator.js';
import { KMeansService } from './kmeans.service.js';
import { EngineOptionsModule, MlModule } from './ml.module.js';
import type { FitOptions, Matrix, Progress } from './types.js';

const engine = new KMeansService();
afterAll(() => engine.close());

function random(rows: number, columns: number, seed = 1): Matrix {
  const generator = new Generator(seed, 1);
  return { data: Float64Array.from({ length: rows * columns }, () => generator.uniform()), rows, columns };
}

const matrix = random(20, 2);
const centers = { data: Float64Array.from([0, 0, 1, 1]), rows: 2, columns: 2 };
const code = (name: string, details: object = {}): object => ({
  name: 'EngineError',
  code: name,
  details: expect.objectContaining(details) as unknown,
});
const withValue = (value: number, at = 7): Matrix => ({ ...matrix, data: matrix.data.with(at, value) });
/** The worker threads behind a service's trainings. */
function threadsOf(service: KMeansService): Worker[] {
  const team = Reflect.get(Reflect.get(service, 'training') as object, 'team') as object;
  return Reflect.get(team, 'workers') as Worker[];
}
/** Trains for far longer than any test waits. */
const endless: FitOptions = { k: 400, nInit: 10_000, tolerance: 0 };

describe('bad input to fit', () => {
  const bad: [string, Matrix, FitOptions, object][] = [
    ['no rows', { data: new Float64Array(0), rows: 0, columns: 2 }, { k: 1 }, code('kmeans.no_rows')],
    ['no columns', { data: new Float64Array(0), rows: 5, columns: 0 }, { k: 1 }, code('kmeans.no_columns')],
    [
      'a length that does not fit',
      { ...matrix, rows: 21 },
      { k: 1 },
      code('kmeans.bad_shape', { length: 40, rows: 21 }),
    ],
    ['other numbers than floats', { ...matrix, data: new Int32Array(40) as never }, { k: 1 }, code('kmeans.bad_shape')],
    ['half a row', { ...matrix, rows: 20.5 }, { k: 1 }, code('kmeans.bad_shape')],
    ['k of 0', matrix, { k: 0 }, code('kmeans.bad_k', { k: 0 })],
    ['k of -1', matrix, { k: -1 }, code('kmeans.bad_k')],
    ['k of 2.5', matrix, { k: 2.5 }, code('kmeans.bad_k')],
    ['k above the rows', matrix, { k: 21 }, code('kmeans.k_above_rows', { k: 21, rows: 20 })],
    ['NaN', withValue(NaN), { k: 2 }, code('kmeans.not_finite', { row: 3, column: 1 })],
    ['infinity', withValue(Infinity), { k: 2 }, code('kmeans.not_finite', { row: 3, column: 1 })],
    ['minus infinity', withValue(-Infinity, 0), { k: 2 }, code('kmeans.not_finite', { row: 0, column: 0 })],
    [
      'a negative weight',
      matrix,
      { k: 2, weights: new Float64Array(20).fill(1).with(4, -1) },
      code('kmeans.bad_weights', { row: 4 }),
    ],
    [
      'a weight that is not finite',
      matrix,
      { k: 2, weights: new Float64Array(20).with(4, NaN) },
      code('kmeans.bad_weights', { row: 4 }),
    ],
    ['weights that are all zero', matrix, { k: 2, weights: new Float64Array(20) }, code('kmeans.bad_weights')],
    [
      'too few weights',
      matrix,
      { k: 2, weights: new Float64Array(19).fill(1) },
      code('kmeans.bad_weights', { length: 19, rows: 20 }),
    ],
    [
      'centres of another width',
      matrix,
      { k: 2, init: { centers: { ...centers, rows: 4, columns: 1 } } },
      code('kmeans.bad_centers'),
    ],
    ['too few centres', matrix, { k: 3, init: { centers } }, code('kmeans.bad_centers', { rows: 2, expectedRows: 3 })],
    [
      'centres that are not finite',
      matrix,
      { k: 2, init: { centers: { ...centers, data: Float64Array.from([0, 0, NaN, 1]) } } },
      code('kmeans.bad_centers', { row: 1, column: 0 }),
    ],
    [
      'a zero row under cosine',
      { ...matrix, data: matrix.data.with(6, 0).with(7, 0) },
      { k: 2, metric: 'cosine' },
      code('kmeans.zero_row', { row: 3 }),
    ],
    ['nInit of 0', matrix, { k: 2, nInit: 0 }, code('kmeans.bad_option', { option: 'nInit' })],
    ['maxIterations of 0', matrix, { k: 2, maxIterations: 0 }, code('kmeans.bad_option', { option: 'maxIterations' })],
    ['a negative tolerance', matrix, { k: 2, tolerance: -1e-4 }, code('kmeans.bad_option', { option: 'tolerance' })],
    [
      'a tolerance that is not finite',
      matrix,
      { k: 2, tolerance: NaN },
      code('kmeans.bad_option', { option: 'tolerance' }),
    ],
    ['a negative seed', matrix, { k: 2, seed: -1 }, code('kmeans.bad_option', { option: 'seed' })],
    ['a seed of 2^32', matrix, { k: 2, seed: 2 ** 32 }, code('kmeans.bad_option', { option: 'seed' })],
    [
      'too few distinct rows',
      { data: new Float64Array(40), rows: 20, columns: 2 },
      { k: 2 },
      code('kmeans.too_few_distinct_rows', { distinct: 1 }),
    ],
    [
      'too few distinct rows that weigh',
      matrix,
      { k: 3, weights: new Float64Array(20).fill(1, 0, 2) },
      code('kmeans.too_few_distinct_rows', { distinct: 2 }),
    ],
  ];

  it.each(bad)('%s', async (_, data, options, error) => {
    await expect(engine.fit(data, options)).rejects.toMatchObject(error);
  });

  it.each([
    ['metric', { k: 2, metric: 'manhattan' }],
    ['init', { k: 2, init: 'farthest' }],
    ['order', { k: 2, order: 'none' }],
  ])('an unknown %s', async (option, options) => {
    await expect(engine.fit(matrix, options as FitOptions)).rejects.toMatchObject(
      code('kmeans.bad_option', { option }),
    );
  });
});

describe('bad input to the rest', () => {
  it('is refused by seed as by fit', async () => {
    await expect(engine.seed(matrix, { k: 30 })).rejects.toMatchObject(code('kmeans.k_above_rows'));
    await expect(engine.seed(withValue(NaN), { k: 3 })).rejects.toMatchObject(code('kmeans.not_finite', { row: 3 }));
    await expect(engine.seed(matrix, { k: 3, restart: 0 })).rejects.toMatchObject(code('kmeans.bad_option'));
  });

  it.each([
    ['few rows, measured at once', matrix],
    ['many, on the thread', random(20_000, 2)],
  ])('is refused by predict and transform of %s', async (_, data) => {
    const wrong = { ...centers, rows: 1, columns: 4 };
    const broken = { ...data, data: data.data.with(9, NaN) };
    for (const call of [engine.predict.bind(engine), engine.transform.bind(engine)]) {
      await expect(call(data, wrong)).rejects.toMatchObject(code('kmeans.bad_centers'));
      await expect(call({ ...data, rows: 1 }, centers)).rejects.toMatchObject(code('kmeans.bad_shape'));
      await expect(call(broken, centers)).rejects.toMatchObject(code('kmeans.not_finite', { row: 4, column: 1 }));
      const far = { ...data, data: data.data.with(0, 1.7e308) };
      const opposite = { ...centers, data: Float64Array.from([-1.7e308, 0, -1.6e308, 1]) };
      await expect(call(far, opposite)).rejects.toMatchObject(code('kmeans.out_of_range', { row: 0 }));
    }
  });

  it('is refused by evaluate and project where lengths are beyond float64', async () => {
    const data = Float64Array.from({ length: 8 }, (_, i) => (i < 4 ? 1.7e308 : -1.7e308));
    const far = { data, rows: 2, columns: 4 };
    const origin = { data: new Float64Array(4), rows: 1, columns: 4 };
    const refused = code('kmeans.out_of_range', { row: 0 });
    await expect(engine.evaluate(far, { centers: origin, labels: new Int32Array(2) })).rejects.toMatchObject(refused);
    await expect(engine.project(far)).rejects.toMatchObject(refused);
    const near = { ...far, data: data.map((value) => value / 8) };
    await expect(engine.project(near, { centers: far })).rejects.toMatchObject(code('kmeans.out_of_range'));
    expect((await engine.project(near)).points.every(Number.isFinite)).toBe(true);
  });

  it('is refused by evaluate', async () => {
    const labels = new Int32Array(20);
    const wrong: [object, object][] = [
      [{ centers, labels: labels.with(3, 2) }, code('kmeans.bad_labels', { row: 3 })],
      [{ centers, labels: labels.with(3, -1) }, code('kmeans.bad_labels', { row: 3 })],
      [{ centers, labels: new Int32Array(19) }, code('kmeans.bad_labels')],
      [{ centers: { ...centers, columns: 1 }, labels }, code('kmeans.bad_centers')],
      [{ centers, labels, weights: new Float64Array(20) }, code('kmeans.bad_weights')],
      [{ centers, labels, percentiles: [101] }, code('kmeans.bad_option', { option: 'percentiles' })],
    ];
    for (const [options, error] of wrong) {
      await expect(engine.evaluate(matrix, options as never)).rejects.toMatchObject(error);
    }
  });

  it('is refused by project', async () => {
    await expect(engine.project(matrix, { components: 0 })).rejects.toMatchObject(code('kmeans.bad_option'));
    await expect(engine.project(matrix, { limit: -1 })).rejects.toMatchObject(code('kmeans.bad_option'));
    await expect(engine.project(withValue(NaN))).rejects.toMatchObject(
      code('kmeans.not_finite', { row: 3, column: 1 }),
    );
  });
});

describe('a call under way', () => {
  it('ends within 200 ms of being aborted, and so does the work behind it', async () => {
    const large = random(40_000, 8);
    const controller = new AbortController();
    const running = engine.fit(large, { ...endless, signal: controller.signal });
    const queued = engine.fit(large, { ...endless, signal: controller.signal });
    const outcome = Promise.allSettled([running, queued]);
    await sleep(400);
    const aborted = performance.now();
    controller.abort();
    const settled = await outcome;
    for (const each of settled) expect(each).toMatchObject({ reason: { name: 'AbortError', code: 'kmeans.aborted' } });
    expect(performance.now() - aborted).toBeLessThan(200);
    await engine.fit(matrix, { k: 2 });
    expect(performance.now() - aborted).toBeLessThan(400);
  });

  it('ends within 200 ms where it takes silhouettes', async () => {
    const large = random(20_000, 64);
    const controller = new AbortController();
    const many = Array.from({ length: 60 }, (_, k) => random(k + 2, 64, k));
    const outcome = engine
      .silhouettes(large, { centers: many, signal: controller.signal })
      .catch((error: unknown) => error);
    await sleep(1000);
    const aborted = performance.now();
    controller.abort();
    expect(await outcome).toMatchObject({ name: 'AbortError', code: 'kmeans.aborted' });
    await engine.fit(matrix, { k: 2 });
    expect(performance.now() - aborted).toBeLessThan(400);
  });

  it('does not begin when its signal is aborted before', async () => {
    const signal = AbortSignal.abort();
    await expect(engine.fit(matrix, { k: 2, signal })).rejects.toMatchObject({ code: 'kmeans.aborted' });
    await expect(engine.predict(matrix, centers, { signal })).rejects.toMatchObject({ code: 'kmeans.aborted' });
  });

  it('tells how far it is, at most ten times a second, never backwards', async () => {
    const reports: (Progress & { at: number })[] = [];
    const controller = new AbortController();
    const running = engine.fit(random(2000, 4), {
      k: 50,
      nInit: 10_000,
      tolerance: 0,
      signal: controller.signal,
      onProgress: (progress) => reports.push({ ...progress, at: performance.now() }),
    });
    const outcome = expect(running).rejects.toMatchObject({ code: 'kmeans.aborted' });
    await sleep(1500);
    controller.abort();
    await outcome;
    expect(reports.length).toBeGreaterThan(4);
    expect(reports.length).toBeLessThanOrEqual(17);
    reports.reduce((before, report) => {
      expect(report.fraction).toBeGreaterThanOrEqual(before.fraction);
      expect(report.restart).toBeGreaterThanOrEqual(before.restart);
      return report;
    });
    const told = reports.filter(({ inertia }) => inertia !== null);
    expect(told.length).toBeGreaterThan(0);
    for (const { inertia, phase, k } of told) {
      expect(phase).toBe('training');
      expect(k).toBe(50);
      expect(inertia).toBeGreaterThan(0);
      expect(inertia).toBeLessThan(2000 * 4);
    }
  });

  it.each([0, 1])('rejects when thread %i of its team dies; the calls behind and after it are served', async (rank) => {
    const own = new KMeansService({ threads: 2 });
    const running = own.fit(random(20_000, 8), endless);
    const queued = own.fit(matrix, { k: 2 });
    const outcome = expect(running).rejects.toMatchObject({ code: 'kmeans.worker_died' });
    await sleep(300);
    await threadsOf(own)[rank].terminate();
    await outcome;
    expect((await queued).k).toBe(2);
    expect((await own.fit(matrix, { k: 3 })).k).toBe(3);
    await own.close();
  });

  it('rejects when the engine is closed, as do later ones', async () => {
    const own = new KMeansService();
    const outcome = Promise.all(
      [
        own.fit(random(5000, 8), endless),
        own.fit(matrix, { k: 2 }),
        own.evaluate(matrix, { centers, labels: new Int32Array(20) }),
      ].map((call) => expect(call).rejects.toMatchObject({ code: 'kmeans.closed' })),
    );
    await own.close();
    await outcome;
    await expect(own.fit(matrix, { k: 2 })).rejects.toMatchObject({ code: 'kmeans.closed' });
    await expect(own.predict(matrix, centers)).rejects.toMatchObject({ code: 'kmeans.closed' });
  });

  it('leaves the event loop free, and predictions are not held up by a training', async () => {
    const controller = new AbortController();
    const running = engine.fit(random(20_000, 16), { ...endless, signal: controller.signal });
    const outcome = expect(running).rejects.toMatchObject({ code: 'kmeans.aborted' });
    const large = random(20_000, 2);
    let worst = 0;
    for (let i = 0; i < 20; i++) {
      const before = performance.now();
      await sleep(10);
      worst = Math.max(worst, performance.now() - before - 10);
      expect((await engine.predict(large, centers)).labels).toHaveLength(20_000);
    }
    expect(worst).toBeLessThan(100);
    controller.abort();
    await outcome;
  });
});

it('is injected by Nest and closed with the application', async () => {
  const imports = [EngineOptionsModule.register({ threads: 3 }), MlModule];
  const app = await Test.createTestingModule({ imports }).compile();
  const service = app.get(KMeansService);
  expect((await service.fit(matrix, { k: 2 })).k).toBe(2);
  expect(threadsOf(service)).toHaveLength(3);
  await app.close();
  await expect(service.fit(matrix, { k: 2 })).rejects.toMatchObject({ code: 'kmeans.closed' });
});

it('does not write to the arrays it is given, nor hold on to them', async () => {
  const copy = matrix.data.slice();
  const shared = { ...matrix, data: new Float64Array(new SharedArrayBuffer(matrix.data.byteLength)) };
  shared.data.set(matrix.data);
  const result = await engine.fit(matrix, { k: 3, seed: 4 });
  expect(await engine.fit(shared, { k: 3, seed: 4 })).toEqual(result);
  expect(matrix.data).toEqual(copy);
  expect(Array.from(shared.data)).toEqual(Array.from(copy));
});
