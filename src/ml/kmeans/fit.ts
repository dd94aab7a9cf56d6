import { createKernel } from '../kernels/choose.js';
import type { Kernel, Labels } from '../kernels/kernel.js';
import type {
  Checkpoint,
  EndedRestart,
  EngineWarning,
  FitOptions,
  FitResult,
  Matrix,
  Progress,
  SeedOptions,
  SeedResult,
} from '../types.js';
import { canonicalOrder, matchedOrder, renumber } from './canonical.js';
import { Generator } from './generator.js';
import { Helper } from './helper.js';
import { KMeans, type Trained } from './kmeans.js';
import { centersIntoSpace, centersOutOfSpace, openSpace, spreadOf, timesPowerOfTwo, type Space } from './space.js';

/** What a job tells and asks while it runs. */
export interface Hooks {
  /** Throws when the job shall end. Called every few milliseconds. */
  readonly interrupt: () => void;
  /** Null where nobody listens. Called as often as there is news; whoever listens makes a report of it when one is due. */
  readonly progress: ((make: () => Progress) => void) | null;
  /** Called where the fit may be taken up again later, where somebody keeps that. */
  readonly checkpoint?: ((make: () => Checkpoint) => void) | null;
}

export type FitJobOptions = Omit<FitOptions, 'signal' | 'onProgress' | 'onCheckpoint' | 'checkpointMs'>;
export type SeedJobOptions = Omit<SeedOptions, 'signal'>;

/**
 * Fits centres to checked options: `nInit` restarts, of which one wins only by a strictly lower inertia.
 * @param last whether nobody reads the values afterwards, so that the kernel may put bytes in their place
 */
export function fit(matrix: Matrix, options: FitJobOptions, hooks: Hooks, last = false): FitResult {
  const { k, init = 'k-means++', maxIterations = 300, tolerance = 1e-4, seed = 0 } = options;
  const space = openSpace(matrix, options.metric ?? 'euclidean', options.weights, hooks.interrupt, {
    seeding: init === 'k-means++',
    last,
  });
  const kernel = createKernel(space.input);
  try {
    const { weights } = space.input;
    const helper = new Helper(kernel, weights, hooks.interrupt);
    if (typeof init === 'object') helper.requireDistinct(k);
    const restarts = typeof init === 'object' ? 1 : (options.nInit ?? 1);
    const spread = tolerance > 0 || hooks.progress !== null ? spreadOf(space) : null;
    const training = {
      k,
      maxIterations,
      shiftTolerance: tolerance > 0 ? tolerance * spread!.variance : 0,
      spherical: space.metric === 'cosine',
    };

    const { resume } = options;
    let best: (EndedRestart & { restart: number; labels: Labels | null }) | null = resume?.best
      ? { ...resume.best, labels: null }
      : null;
    for (let restart = resume?.restart ?? 1; restart <= restarts; restart++) {
      const tell = (iteration: number, inertia: () => number | null): void => {
        hooks.progress?.(() => ({
          phase: iteration === 0 ? 'seeding' : 'training',
          fraction: (restart - 1 + iteration / (iteration + 10)) / restarts,
          k,
          restart,
          iteration,
          inertia: inertia(),
        }));
      };
      tell(0, () => null);
      const under = restart === resume?.restart ? resume.training : null;
      const start =
        under ??
        (typeof init === 'object'
          ? centersIntoSpace(init.centers, space)
          : rowsOf(kernel, draw(helper, init, k, seed, restart)));
      const bestBefore = best && ended(best);
      const kmeans = new KMeans(
        kernel,
        weights,
        training,
        (iteration, cluster) => {
          hooks.interrupt();
          tell(iteration, () =>
            finiteOrNull(inertiaOutOfSpace(cluster.scatterWithin(spread!.mean, spread!.scatter), space)),
          );
        },
        (state) => hooks.checkpoint?.(() => ({ restart, training: state(), best: bestBefore })),
      );
      const trained = kmeans.train(start);
      if (best === null || trained.inertia < best.inertia) {
        best = { ...trained, restart, labels: restart < restarts ? trained.labels.slice() : trained.labels };
      }
      const bestNow = best;
      hooks.checkpoint?.(() => ({ restart: restart + 1, training: null, best: ended(bestNow) }));
    }
    const { restart, labels, ...rest } = best!;
    return finish(
      { ...rest, labels: labels ?? nearest(kernel, rest.centers, k) },
      restart,
      seed,
      matrix,
      options,
      space,
      hooks.interrupt,
    );
  } finally {
    kernel.close();
  }
}

/** What a checkpoint keeps of a restart. */
function ended(best: EndedRestart & { restart: number }): EndedRestart & { restart: number } {
  const { centers, inertia, iterations, converged, refilled, empty, algorithm, restart } = best;
  return { centers, inertia, iterations, converged, refilled, empty, algorithm, restart };
}

/** The labels that a training ended with: its last act is to assign every row to its nearest centre. */
function nearest(kernel: Kernel, centers: Float64Array, k: number): Int32Array {
  const labels = new Int32Array(kernel.rows);
  kernel.nearest(centers, k, labels);
  return labels;
}

/** The rows that a fit with these options would begin its restart from. */
export function seed(matrix: Matrix, options: SeedJobOptions, hooks: Hooks): SeedResult {
  const { k, init = 'k-means++', seed: seedNumber = 0, restart = 1 } = options;
  const space = openSpace(matrix, options.metric ?? 'euclidean', options.weights, hooks.interrupt, {
    seeding: init === 'k-means++',
    last: false,
  });
  const kernel = createKernel(space.input);
  try {
    const helper = new Helper(kernel, space.input.weights, hooks.interrupt);
    const rows = draw(helper, init, k, seedNumber, restart);
    return { rows, centers: centersOutOfSpace(rowsOf(kernel, rows), space) };
  } finally {
    kernel.close();
  }
}

function draw(helper: Helper, init: 'k-means++' | 'random', k: number, seed: number, restart: number): Int32Array {
  const generator = new Generator(seed, restart);
  return init === 'random' ? helper.random(k, generator) : helper.plusPlus(k, generator);
}

function rowsOf(kernel: Kernel, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length * kernel.columns);
  rows.forEach((row, c) => {
    kernel.row(row, values.subarray(c * kernel.columns, (c + 1) * kernel.columns));
  });
  return values;
}

/** Out of the space, in the order asked for, with the warnings. */
function finish(
  trained: Trained,
  restart: number,
  seed: number,
  matrix: Matrix,
  options: FitJobOptions,
  space: Space,
  interrupt: () => void,
): FitResult {
  const { k } = options;
  const { columns } = matrix;
  const sizes = new Int32Array(k);
  for (const label of trained.labels) sizes[label]++;
  const order = orderOf(trained, sizes, options, space, interrupt);
  const { centers, labels } = renumber(trained.centers, trained.labels, order, columns);
  const warnings: EngineWarning[] = [];
  if (trained.refilled > 0) {
    const message = `Clusters that ran empty were given the farthest row ${trained.refilled} times.`;
    warnings.push({ code: 'kmeans.empty_clusters', message });
  }
  if (trained.empty > 0) {
    warnings.push({ code: 'kmeans.still_empty', message: `${trained.empty} clusters are empty.` });
  }
  if (!trained.converged) {
    const message = `Stopped after ${trained.iterations} iterations before the clusters stood still.`;
    warnings.push({ code: 'kmeans.not_converged', message });
  }
  const inertia = finiteOrNull(inertiaOutOfSpace(trained.inertia, space));
  if (inertia === null) {
    const message = 'The inertia is beyond the range of float64, so it is left out; scale the data down to see it.';
    warnings.push({ code: 'kmeans.inertia_out_of_range', message });
  }
  return {
    k,
    columns,
    centers: centersOutOfSpace(centers, space),
    labels,
    sizes: Int32Array.from(order, (c) => sizes[c]),
    inertia,
    iterations: trained.iterations,
    converged: trained.converged,
    restart,
    seed,
    algorithm: trained.algorithm,
    warnings,
  };
}

/** The trained numbers of the clusters, in the order of their new ones. */
function orderOf(
  { centers }: Trained,
  sizes: Int32Array,
  { order, init }: FitJobOptions,
  space: Space,
  interrupt: () => void,
): Int32Array {
  if (order === 'initial') return Int32Array.from(sizes, (_, c) => c);
  if (order !== 'matched' || typeof init !== 'object') return canonicalOrder(centers, sizes);
  return matchedOrder(centersIntoSpace(init.centers, space), centers, init.centers.columns, interrupt);
}

function inertiaOutOfSpace(inertia: number, space: Space): number {
  return timesPowerOfTwo(inertia, 2 * space.exponent + space.weightExponent);
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
