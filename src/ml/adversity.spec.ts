import { afterAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Generator } from './kmeans/generator.js';
import { KMeansService } from './kmeans.service.js';
import type { Matrix } from './types.js';

const engine = new KMeansService({ threads: 2 });
afterAll(() => engine.close());

function random(rows: number, columns: number): Matrix {
  const generator = new Generator(rows, columns);
  return { data: Float64Array.from({ length: rows * columns }, () => generator.uniform()), rows, columns };
}

const few = random(40, 3);
const many = random(20_000, 40);
const wide = random(4000, 400);
const refusal = (code: string, details: object = {}): object => ({ code, details: expect.objectContaining(details) });

/** Calls that take seconds, and which of the two teams serves them. */
const LONG = {
  fit: ['training', (own, signal) => own.fit(many, { k: 900, nInit: 10_000, tolerance: 0, signal })],
  seed: ['training', (own, signal) => own.seed(many, { k: 10_000, signal })],
  stability: ['training', (own, signal) => own.stability(many, { ks: [300], rows: 20_000, signal })],
  predict: ['queries', (own, signal) => own.predict(many, takeFirst(18_000), { signal })],
  transform: [
    'queries',
    (own, signal) => own.transform(wide, { ...wide, data: wide.data.subarray(0, 800_000), rows: 2000 }, { signal }),
  ],
  evaluate: [
    'queries',
    (own, signal) => own.evaluate(many, { centers: takeFirst(9), labels: new Int32Array(20_000).fill(1, 1), signal }),
  ],
  project: ['queries', (own, signal) => own.project(wide, { components: 20, signal })],
} satisfies Record<string, [string, (own: KMeansService, signal: AbortSignal) => Promise<unknown>]>;
const names = Object.keys(LONG) as (keyof typeof LONG)[];

function takeFirst(rows: number): Matrix {
  return { data: many.data.subarray(0, rows * 40), rows, columns: 40 };
}

/** A small question to the same team. */
const short = (own: KMeansService, team: string): Promise<unknown> =>
  team === 'training' ? own.fit(few, { k: 3 }) : own.project(few);

describe('a thread that dies', () => {
  it.each(names.flatMap((name) => [0, 1].map((rank) => [name, rank] as const)))(
    'rejects the %s under way when it is thread %i; others are served',
    async (name, rank) => {
      const own = new KMeansService({ threads: 2 });
      const [team, call] = LONG[name];
      await short(own, team);
      const running = call(own, new AbortController().signal);
      const queued = short(own, team);
      const outcome = expect(running).rejects.toMatchObject({ code: 'kmeans.worker_died' });
      await sleep(50);
      const behind = Reflect.get(Reflect.get(own, team) as object, 'team') as object;
      await (Reflect.get(behind, 'workers') as Worker[])[rank].terminate();
      await outcome;
      await queued;
      await short(own, team);
      await own.close();
    },
  );
});

describe('an abort', () => {
  it.each(names)('ends the %s under way within 200 ms, and its threads take the next call', async (name) => {
    const own = new KMeansService({ threads: 2 });
    const [team, call] = LONG[name];
    await short(own, team);
    const controller = new AbortController();
    const outcome = expect(call(own, controller.signal)).rejects.toMatchObject({ code: 'kmeans.aborted' });
    await sleep(50);
    const aborted = performance.now();
    controller.abort();
    await outcome;
    expect(performance.now() - aborted).toBeLessThan(200);
    await short(own, team);
    expect(performance.now() - aborted).toBeLessThan(2000);
    await own.close();
  });
});

describe('what does not fit into the memory', () => {
  it('is refused at once', async () => {
    const rows = 2 ** 30 + 1;
    const data = { data: new Float32Array(rows), rows, columns: 1 };
    const refused = refusal('kmeans.too_large', { bytes: 4 * rows, limit: 2 ** 32 });
    await expect(engine.fit(data, { k: 2 })).rejects.toMatchObject(refused);
    await expect(engine.seed(data, { k: 2 })).rejects.toMatchObject(refused);
    await expect(engine.predict(data, { ...few, rows: 120, columns: 1 })).rejects.toMatchObject(refused);
    expect((await engine.fit(few, { k: 3 })).k).toBe(3);
  });
});

describe('a listener that throws', () => {
  it('ends its call with what it threw, and no other', async () => {
    const onProgress = (): never => {
      throw new Error('the listener is broken');
    };
    const broken = engine.fit(many, { k: 900, nInit: 10_000, tolerance: 0, onProgress });
    const next = engine.fit(few, { k: 3 });
    await expect(broken).rejects.toThrow('the listener is broken');
    expect((await next).k).toBe(3);
  });
});

describe('options', () => {
  const zero = { data: Float64Array.of(0, 0, 0, 1, 1, 1), rows: 2, columns: 3 };

  it('name the centre that has no direction', async () => {
    const refused = { ...refusal('kmeans.bad_centers', { row: 0 }), message: expect.stringContaining('Centre 0') };
    await expect(engine.predict(few, zero, { metric: 'cosine' })).rejects.toMatchObject(refused);
    await expect(engine.fit(few, { k: 2, metric: 'cosine', init: { centers: zero } })).rejects.toMatchObject(refused);
  });

  it.each([
    [{ ...zero, rows: 0, data: new Float64Array(0) }],
    [{ ...zero, rows: 1.5, columns: 4 }],
    [{ ...zero, data: [0, 0, 0, 1, 1, 1] as never }],
  ])('take no centres that are none: %j', async (centers) => {
    const refused = refusal('kmeans.bad_centers');
    await expect(engine.predict(few, centers)).rejects.toMatchObject(refused);
    await expect(engine.evaluate(few, { centers, labels: new Int32Array(40) })).rejects.toMatchObject(refused);
    await expect(engine.project(few, { centers })).rejects.toMatchObject(refused);
  });

  it('take no labels that are not whole, and no unknown detail', async () => {
    const labels = new Float64Array(40).fill(0.5) as never;
    await expect(engine.evaluate(few, { centers: zero, labels })).rejects.toMatchObject({ code: 'kmeans.bad_labels' });
    const detail = 'all' as never;
    await expect(engine.predict(few, zero, { detail })).rejects.toMatchObject({ code: 'kmeans.bad_option' });
  });

  it.each([
    { ks: [0] },
    { ks: [2.5] },
    { ks: [2], rows: 0 },
    { ks: [2], references: 0, splits: 0 },
    { ks: [2], seed: -1 },
  ])('of gap and stability are looked at: %j', async (options) => {
    await expect(engine.gap(few, options)).rejects.toMatchObject({ code: 'kmeans.bad_option' });
    await expect(engine.stability(few, options)).rejects.toMatchObject({ code: 'kmeans.bad_option' });
  });

  it('of stability name a weight that is none', async () => {
    const weights = new Float64Array(40).fill(1).with(7, -1);
    await expect(engine.stability(few, { ks: [2], weights })).rejects.toMatchObject(
      refusal('kmeans.bad_weights', { row: 7 }),
    );
  });
});

it('gives the same for views into larger buffers, shared ones and frozen options, and changes none', async () => {
  const { data, rows, columns } = random(3000, 7);
  const larger = new Float64Array(30_000).fill(NaN);
  larger.set(data, 100);
  const shared = new Float64Array(new SharedArrayBuffer(8 * 30_000), 800, data.length);
  shared.set(data);
  const weights = Float64Array.from({ length: rows }, (_, i) => i % 3);
  const answers = [data, larger.subarray(100, 100 + data.length), shared].map(async (values) => {
    const matrix = Object.freeze({ data: values, rows, columns });
    const fitted = await engine.fit(matrix, Object.freeze({ k: 9, seed: 3, weights: weights.subarray(0) }));
    const centers = Object.freeze({ data: fitted.centers, rows: 9, columns });
    return [
      fitted,
      await engine.seed(matrix, { k: 9, weights }),
      await engine.predict(matrix, centers),
      Array.from(await engine.transform(matrix, centers)),
      await engine.evaluate(matrix, { centers, labels: fitted.labels, silhouetteRows: 500 }),
      await engine.project(matrix, { centers, limit: 50 }),
    ];
  });
  const [plain, viewed, lent] = await Promise.all(answers);
  expect(viewed).toEqual(plain);
  expect(lent).toEqual(plain);
  expect(data).toEqual(random(3000, 7).data);
  expect(Array.from(shared)).toEqual(Array.from(data));
});
