import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { evaluate } from './evaluation/evaluate.js';
import { project } from './evaluation/project.js';
import { silhouettes } from './evaluation/silhouette.js';
import { fit, seed, type FitJobOptions, type Hooks } from './kmeans/fit.js';
import { Generator } from './kmeans/generator.js';
import { predict, transform } from './kmeans/predict.js';
import { KMeansService } from './kmeans.service.js';
import type { Matrix } from './types.js';

/** In this thread there is no crew, so that the plain kernel computes. */
const HERE: Hooks = { interrupt: () => undefined, progress: null };
const teams = [1, 2, 4].map((threads) => new KMeansService({ threads }));
afterAll(() => Promise.all(teams.map((team) => team.close())));

type Kind =
  | 'uniform'
  | 'clustered'
  | 'grid'
  | 'far'
  | 'huge'
  | 'tiny'
  | 'single'
  | 'positive'
  | 'flat'
  | 'bytes'
  | 'nearly-bytes'
  | 'pixels'
  | 'flat-pixels'
  | 'nearly-pixels';

function table(kind: Kind, rows: number, columns: number): Matrix {
  const generator = new Generator(rows * 100 + columns, 5);
  const value = (i: number): number => {
    const u = generator.uniform();
    if (kind === 'flat') return flat(Math.floor(i / columns), i % columns) + u / 8;
    if (kind === 'bytes') return Math.floor(u * u * 256) - 128;
    // In shares of 2^900, and one value that is none.
    if (kind === 'nearly-bytes') return (Math.floor(u * 256) + (i === 7777 ? 0.25 : 0)) * 2 ** -900;
    if (kind === 'pixels') return Math.floor(u * u * 256);
    if (kind === 'nearly-pixels') return i === 150_001 ? -0.5 : Math.floor(u * u * 256);
    if (kind === 'flat-pixels') return Math.round(20 * flat(Math.floor(i / columns), i % columns) + u);
    if (kind === 'grid') return Math.floor(u * 5);
    if (kind === 'clustered') return (Math.imul(Math.floor(i / columns), 2654435761) >>> 28) * (1 + (i % columns)) + u;
    const bySize: Partial<Record<Kind, number>> = {
      far: 1e6 + u,
      huge: u * 1e300,
      tiny: u * 1e-300,
      positive: 0.01 + u,
    };
    return bySize[kind] ?? u;
  };
  const data = Float64Array.from({ length: rows * columns }, (_, i) => value(i));
  const single = kind === 'single' || kind.endsWith('pixels');
  return { data: single ? Float32Array.from(data) : data, rows, columns };
}

/** Rows near a few directions. */
function flat(row: number, column: number): number {
  let sum = 0;
  for (let f = 1; f <= 5; f++)
    sum += ((Math.imul(8 * row + f, 2654435761) >>> 8) / 2 ** 24) * Math.sin(f * (column + 1));
  return sum;
}

/** Every bit of an answer but the name of the way, which is the kernel's own; typed arrays as their SHA-256. */
function bits(result: unknown): unknown {
  const visit = (key: string, value: unknown): unknown => {
    if (key === 'algorithm') return undefined;
    if (!ArrayBuffer.isView(value)) return value;
    return createHash('sha256')
      .update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      .digest('hex');
  };
  return JSON.parse(JSON.stringify(result, visit)) as unknown;
}

const cases: [Kind, number, number, FitJobOptions][] = [
  ['uniform', 6000, 2, { k: 40, tolerance: 0 }],
  ['single', 5000, 3, { k: 60, tolerance: 0 }],
  ['clustered', 4000, 16, { k: 16, nInit: 2 }],
  ['single', 3000, 20, { k: 33, tolerance: 0, maxIterations: 40 }],
  ['uniform', 2000, 64, { k: 48, tolerance: 1e-3 }],
  ['clustered', 700, 300, { k: 9, init: 'random', tolerance: 0 }],
  ['flat', 2500, 160, { k: 9, tolerance: 0 }],
  ['flat', 2100, 131, { k: 60, tolerance: 0 }],
  ['grid', 5000, 3, { k: 30, tolerance: 0 }],
  ['grid', 3000, 8, { k: 100, tolerance: 0 }],
  ['pixels', 2300, 144, { k: 12, nInit: 2, tolerance: 0 }],
  ['pixels', 2100, 131, { k: 60, init: 'random', maxIterations: 20 }],
  ['pixels', 900, 400, { k: 30, tolerance: 0 }],
  ['flat-pixels', 2500, 160, { k: 9, tolerance: 0 }],
  ['nearly-pixels', 1500, 144, { k: 7, maxIterations: 5 }],
  ['bytes', 2300, 140, { k: 12, nInit: 2, tolerance: 0 }],
  ['bytes', 4000, 21, { k: 40, maxIterations: 20 }],
  ['nearly-bytes', 1500, 33, { k: 7, maxIterations: 5 }],
  ['far', 4000, 5, { k: 20, tolerance: 0 }],
  ['huge', 2000, 4, { k: 12 }],
  ['huge', 2000, 64, { k: 48, tolerance: 0 }],
  ['tiny', 2000, 7, { k: 12, order: 'initial' }],
  ['positive', 3000, 12, { k: 25, metric: 'cosine', tolerance: 0 }],
  ['uniform', 1500, 2, { k: 256, tolerance: 0 }],
  ['single', 1500, 6, { k: 257, nInit: 2, tolerance: 0 }],
  ['uniform', 10, 2, { k: 10 }],
  ['uniform', 1, 1, { k: 1 }],
];

describe.each(cases)('%s data, %i x %i', (kind, rows, columns, options) => {
  const matrix = table(kind, rows, columns);
  const { k, metric = 'euclidean' } = options;

  it('are fitted to the same bits by the plain kernel and by 1, 2 and 4 threads of the fastest', async () => {
    const expected = bits(fit(matrix, { ...options, seed: 3 }, HERE));
    for (const team of teams) expect(bits(await team.fit(matrix, { ...options, seed: 3 }))).toEqual(expected);
  });

  it('and from centres of which half attract no row', async () => {
    const { centers: rowsDrawn } = seed(matrix, { k, seed: 8, metric }, HERE);
    const half = Math.ceil(k / 2) * columns;
    const data = rowsDrawn.map((_, i) => rowsDrawn[i % half]);
    const given: FitJobOptions = { ...options, init: { centers: { data, rows: k, columns } } };
    const expected = fit(matrix, given, HERE);
    if (k > 1) expect(expected.warnings).toContainEqual(expect.objectContaining({ code: 'kmeans.empty_clusters' }));
    for (const team of teams) expect(bits(await team.fit(matrix, given))).toEqual(bits(expected));
  });

  it('and with weights, some of them 0', async () => {
    const generator = new Generator(rows, 6);
    const weights = Float64Array.from({ length: rows }, (_, i) =>
      i > k && generator.below(4) === 0 ? 0 : generator.uniform() + 0.1,
    );
    const expected = bits(fit(matrix, { ...options, weights, seed: 3 }, HERE));
    for (const team of teams) expect(bits(await team.fit(matrix, { ...options, weights, seed: 3 }))).toEqual(expected);
  });

  it('and seeded, predicted, measured, evaluated and projected', async () => {
    const { centers: data, labels } = fit(matrix, { ...options, maxIterations: 3 }, HERE);
    const centers = { data, rows: k, columns };
    const silhouetteRows = 400;
    const expected = [
      seed(matrix, { k, seed: 8, metric }, HERE),
      predict(matrix, centers, { metric }, HERE),
      predict(matrix, centers, { metric, detail: 'nearest' }, HERE),
      transform(matrix, centers, { metric }, HERE),
      evaluate(matrix, { centers, labels, metric, silhouetteRows }, HERE),
      project(matrix, { centers, metric, limit: 100 }, HERE),
    ];
    for (const team of teams) {
      const found = await Promise.all([
        team.seed(matrix, { k, seed: 8, metric }),
        team.predict(matrix, centers, { metric }),
        team.predict(matrix, centers, { metric, detail: 'nearest' }),
        team.transform(matrix, centers, { metric }),
        team.evaluate(matrix, { centers, labels, metric, silhouetteRows }),
        team.project(matrix, { centers, metric, limit: 100 }),
      ]);
      expect(bits(found)).toEqual(bits(expected));
    }
  });

  it('and their silhouettes taken of several fits at once, as of each by itself', async () => {
    const ks = [...new Set([1, Math.ceil(k / 3), k])];
    const fits = ks.map((several) => fit(matrix, { ...options, k: several, maxIterations: 3, seed: 3 }, HERE));
    const centers = fits.map((fitted) => ({ data: fitted.centers, rows: fitted.k, columns }));
    const common = { metric, silhouetteRows: 400, seed: 4 };
    const alone = fits.map(({ labels }, i) => {
      const found = evaluate(matrix, { ...common, labels, centers: centers[i] }, HERE);
      const { silhouette, silhouetteRows, silhouettes: means, silhouettePercentiles } = found;
      return { silhouette, silhouetteRows, silhouettes: means, silhouettePercentiles };
    });
    expect(bits(silhouettes(matrix, { ...common, centers }, HERE))).toEqual(bits(alone));
    for (const team of teams) {
      expect(bits(await team.silhouettes(matrix, { ...common, centers }))).toEqual(bits(alone));
    }
  });
});
