/** ml-kmeans and skmeans, called as their users do: javascript.ts NAME KIND DATA.npy INIT.npy OUT */
import { kmeans } from 'ml-kmeans';
import skmeans from 'skmeans';
import { serve } from '../contender.ts';
import type { Answer, Contender, Task } from '../contender.ts';
import { exact } from '../exact.ts';

/** Rows as these packages want them; made before the clock starts. */
function arrays(values: Float32Array | Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, i) =>
    Array.from(values.subarray(i * columns, (i + 1) * columns)),
  );
}

/** Fits once from each start and keeps the best; with a single start there is nothing to compare. */
function best(task: Task, fit: (start: number[][]) => Answer): Answer {
  const fits = task.inits.map((init) => fit(arrays(init, task.columns)));
  const totalIterations = fits.reduce((sum, one) => sum + one.iterations, 0);
  const inertias = fits.length > 1 ? fits.map((one) => exact(task.X, task.columns, one.centers!).inertia) : [0];
  return { ...fits[inertias.indexOf(Math.min(...inertias))], totalIterations };
}

const flat = (centers: number[][]): Float64Array => Float64Array.from(centers.flat());

const mlKmeans: Contender = (task) => {
  const X = arrays(task.X, task.columns);
  if (task.kind === 'seed') {
    // Its seeding is not exported: one round of Lloyd comes on top.
    return Promise.resolve((): Answer => {
      const result = kmeans(X, task.k, { initialization: 'kmeans++', maxIterations: 1, seed: 1 });
      return { iterations: 0, totalIterations: 0, centers: flat(result.centroids) };
    });
  }
  if (task.kind === 'predict') {
    const model = kmeans(X.slice(0, task.k), task.k, { initialization: X.slice(0, task.k), maxIterations: 1 });
    model.centroids = arrays(task.inits[0], task.columns);
    return Promise.resolve((): Answer => {
      return { iterations: 0, totalIterations: 0, labels: Int32Array.from(model.nearest(X)) };
    });
  }
  return Promise.resolve((maxIterations) =>
    best(task, (start): Answer => {
      const result = kmeans(X, task.k, { initialization: start, maxIterations, tolerance: 0 });
      const { iterations } = result;
      return { iterations, totalIterations: iterations, centers: flat(result.centroids) };
    }),
  );
};

const skMeans: Contender = (task) => {
  const X = arrays(task.X, task.columns);
  if (task.kind === 'predict') {
    const model = skmeans(X.slice(0, task.k), task.k, arrays(task.inits[0], task.columns), 1);
    model.centroids = arrays(task.inits[0], task.columns);
    return Promise.resolve((): Answer => {
      const labels = Int32Array.from(X, (row) => model.test(row).idx);
      return { iterations: 0, totalIterations: 0, labels };
    });
  }
  return Promise.resolve((maxIterations) =>
    best(task, (start): Answer => {
      const result = skmeans(X, task.k, start, maxIterations);
      const iterations = Math.min(result.it + 1, maxIterations);
      return { iterations, totalIterations: iterations, centers: flat(result.centroids) };
    }),
  );
};

const [name, ...args] = process.argv.slice(2);
await serve(name === 'skmeans' ? skMeans : mlKmeans, args);
