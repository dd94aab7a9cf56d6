import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FitResult } from '../src/ml/types.js';
import type { Answer, Contender } from './contender.ts';

type Module = typeof import('../src/ml/kmeans.service.js');

/** The engine as it is shipped, from `dist`, which is built if it is not there. It reads its number of threads once. */
export async function loadEngine(threads: number): Promise<Module> {
  process.env.ENGINE_THREADS = String(threads);
  const built = new URL('../dist/src/ml/kmeans.service.js', import.meta.url);
  if (!existsSync(built)) {
    console.error('dist is missing: building it once (npm run build).');
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error('the build failed; run `npm ci` and `npm run build` first.');
  }
  return (await import(built.href)) as Module;
}

/**
 * A contender that calls KMeansService as its users do: a plain typed array goes in, which the engine copies, and the
 * whole result comes back. Several sets of starting centres are fitted one after another, the lowest inertia is kept.
 * @param newCenters whether each prediction shall be by centres that none was by before
 */
export function engine({ KMeansService }: Module, newCenters = false): Contender {
  const service = new KMeansService();
  return ({ kind, X, rows, columns, k, inits }) => {
    const data = { data: X, rows, columns };
    const starts = inits.map((init) => ({ data: init, rows: k, columns }));
    let calls = 0;
    const none = { iterations: 0, totalIterations: 0 };
    if (kind === 'seed') {
      return Promise.resolve(async (): Promise<Answer> => {
        const { centers } = await service.seed(data, { k, seed: 0 });
        return { ...none, centers };
      });
    }
    if (kind === 'predict') {
      return Promise.resolve(async (): Promise<Answer> => {
        const { labels } = await service.predict(data, newCenters ? moved(starts[0], ++calls) : starts[0], {
          detail: 'labels',
        });
        // Those of centres that moved a little are not to be judged by the centres as they were.
        return newCenters ? none : { ...none, labels };
      });
    }
    return Promise.resolve(async (maxIterations): Promise<Answer> => {
      let best: FitResult | undefined;
      let totalIterations = 0;
      for (const centers of starts) {
        const result = await service.fit(data, { k, init: { centers }, tolerance: 0, maxIterations });
        totalIterations += result.iterations;
        if (!best || (result.inertia ?? Infinity) < (best.inertia ?? Infinity)) best = result;
      }
      const { iterations, centers, labels, algorithm } = best!;
      return { iterations, totalIterations, centers, labels, algorithm: `${algorithm.name}: ${algorithm.why}` };
    });
  };
}

/** Centres of which the first differs, by about a millionth for each call. */
function moved<T extends { data: Float32Array | Float64Array }>(centers: T, call: number): T {
  const data = centers.data.slice();
  data[0] += (Math.abs(data[0]) || 1) * call * 2 ** -20;
  return { ...centers, data };
}
