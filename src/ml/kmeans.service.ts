import { Inject, Injectable, Optional, type OnModuleDestroy } from '@nestjs/common';
import { AbortedError, EngineError } from './errors.js';
import type {
  Choice,
  EvaluateOptions,
  Evaluation,
  FitOptions,
  FitResult,
  Gap,
  GapOptions,
  Matrix,
  PredictOptions,
  PredictResult,
  Projection,
  ProjectOptions,
  SeedOptions,
  SeedResult,
  Silhouettes,
  SilhouettesOptions,
  Stability,
  StabilityOptions,
  SweepEntry,
  TransformOptions,
} from './types.js';
import {
  checkEvaluate,
  checkFit,
  checkGap,
  checkMatrix,
  checkPredict,
  checkProject,
  checkSeed,
  checkSilhouettes,
  checkStability,
} from './validate.js';
import { chooseK } from './evaluation/choice.js';
import { multiplications, placeHere } from './engine-here.js';
import { EngineThreads, type CallOptions } from './workers/engine-threads.js';
import { threadCount } from './workers/thread-count.js';
import { checkV8 } from './workers/engine-needs.js';
import type { JobName, Jobs } from './workers/messages.js';

export interface EngineOptions {
  /** Threads a call computes on. Default: `ENGINE_THREADS`, or all cores, less one above two. */
  readonly threads?: number | undefined;
}

/** Where Nest looks for {@link EngineOptions}; need not be provided. */
export const ENGINE_OPTIONS = Symbol('ENGINE_OPTIONS');

/** Trainings are rare, and can wait for threads to start; queries come one after the other. */
const TRAINING_IDLE_MS = 5_000;
const QUERIES_IDLE_MS = 10_000;

/**
 * The one door to the engine: exact k-means on flat typed arrays. Injectable, and a plain class without Nest as well:
 * `new KMeansService()`, and `await service.close()` in the end.
 *
 * Every call checks its arguments, works off the calling thread and rejects with an {@link EngineError} that has a
 * stable code. The arrays given are not written to and must not be until the call settles. A call whose signal is
 * aborted rejects with {@link AbortedError} within 200 ms. Common to all: `kmeans.bad_shape`, `kmeans.no_rows`,
 * `kmeans.no_columns`, `kmeans.bad_option`, `kmeans.not_finite` (with row and column), `kmeans.zero_row` (cosine),
 * `kmeans.aborted`, `kmeans.worker_died`, `kmeans.closed`.
 */
@Injectable()
export class KMeansService implements OnModuleDestroy {
  /** Two teams, so that predictions do not wait for a training to end. */
  private readonly training: EngineThreads;
  private readonly queries: EngineThreads;
  private closed = false;

  constructor(@Optional() @Inject(ENGINE_OPTIONS) { threads = threadCount() }: EngineOptions = {}) {
    checkV8();
    this.training = new EngineThreads('centroid-training', threads, TRAINING_IDLE_MS);
    this.queries = new EngineThreads('centroid-queries', threads, QUERIES_IDLE_MS);
  }

  /**
   * Finds k centres: greedy k-means++ and Lloyd's iteration to its fixed point, in exact float64 decisions.
   * @throws EngineError also `kmeans.bad_k`, `kmeans.k_above_rows`, `kmeans.too_few_distinct_rows` (says how many),
   * `kmeans.bad_weights`, `kmeans.bad_centers`
   */
  async fit(data: Matrix, options: FitOptions): Promise<FitResult> {
    checkFit(data, options);
    const { signal, onProgress, onCheckpoint, checkpointMs, ...job } = options;
    return this.run('fit', data, job, { signal, onProgress, onCheckpoint, checkpointMs });
  }

  /**
   * The nearest and the second nearest of `centers` (`k x columns`, in the space of `data`) for every row.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.out_of_range`
   */
  async predict(data: Matrix, centers: Matrix, options: PredictOptions = {}): Promise<PredictResult> {
    checkPredict(data, centers, options);
    const { signal, ...job } = options;
    if (isSmall(data, centers)) return this.here('predict', data, { ...job, centers }, signal);

    return this.run('predict', data, { ...job, centers }, { signal });
  }

  /**
   * The distances of every row to every centre, `rows x k`.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.out_of_range`
   */
  async transform(data: Matrix, centers: Matrix, options: TransformOptions = {}): Promise<Float64Array> {
    checkPredict(data, centers, options);
    const { signal, ...job } = options;
    if (isSmall(data, centers)) return this.here('transform', data, { ...job, centers }, signal);
    return this.run('transform', data, { ...job, centers }, { signal });
  }

  /** The rows that {@link fit} with the same options begins a restart from. Rejects as fit does. */
  async seed(data: Matrix, options: SeedOptions): Promise<SeedResult> {
    checkSeed(data, options);
    const { signal, ...job } = options;
    return this.run('seed', data, job, { signal });
  }

  /**
   * How good a clustering is, and how its clusters are built.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.bad_labels`, `kmeans.bad_weights`, `kmeans.out_of_range`
   */
  async evaluate(data: Matrix, options: EvaluateOptions): Promise<Evaluation> {
    checkMatrix(data);
    checkEvaluate(data, options);
    const { signal, onProgress, ...job } = options;
    return this.run('evaluate', data, job, { signal, onProgress });
  }

  /**
   * How apart the clusters of several clusterings of the same data are: to the bit what {@link evaluate} says of each,
   * for hardly more than it takes to say it of one.
   * @throws EngineError also `kmeans.bad_centers`
   */
  async silhouettes(data: Matrix, options: SilhouettesOptions): Promise<Silhouettes[]> {
    checkMatrix(data);
    checkSilhouettes(data, options);
    const { signal, ...job } = options;
    return this.run('silhouettes', data, job, { signal });
  }

  /**
   * Principal components of the data, and the rows (and centres) on them. Any width.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.out_of_range`
   */
  async project(data: Matrix, options: ProjectOptions = {}): Promise<Projection> {
    checkMatrix(data);
    checkProject(data, options);
    const { signal, ...job } = options;
    return this.run('project', data, job, { signal });
  }

  /** The gap statistic of several numbers of clusters, on a seeded sample of the rows. */
  async gap(data: Matrix, options: GapOptions): Promise<Gap> {
    checkGap(data, options);
    const { signal, ...job } = options;
    return this.run('gap', data, job, { signal });
  }

  /**
   * How far fits on seeded halves of a sample of the rows agree, for several numbers of clusters.
   * @throws EngineError also `kmeans.bad_weights`
   */
  async stability(data: Matrix, options: StabilityOptions): Promise<Stability> {
    checkStability(data, options);
    const { signal, ...job } = options;
    return this.run('stability', data, job, { signal });
  }

  /** Which number of clusters a sweep, by rising k, speaks for. */
  choose(sweep: readonly SweepEntry[]): Choice {
    return chooseK(sweep);
  }

  /** Ends the worker threads; calls under way and later ones reject with `kmeans.closed`. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.training.close(), this.queries.close()]);
  }

  async onModuleDestroy(): Promise<void> {
    await this.close();
  }

  private async here<N extends 'predict' | 'transform'>(
    name: N,
    data: Matrix,
    options: Jobs[N]['options'],
    signal: AbortSignal | undefined,
  ): Promise<Jobs[N]['result']> {
    await Promise.resolve();
    this.requireOpen(signal);
    return placeHere(name, data, options);
  }

  private requireOpen(signal: AbortSignal | undefined): void {
    if (this.closed) throw new EngineError('kmeans.closed', 'The engine is closed.');
    if (signal?.aborted) throw new AbortedError();
  }

  private async run<N extends JobName>(
    name: N,
    data: Matrix,
    options: Jobs[N]['options'],
    call: CallOptions,
  ): Promise<Jobs[N]['result']> {
    this.requireOpen(call.signal);
    const trains =
      name === 'fit' || name === 'seed' || name === 'gap' || name === 'stability' || name === 'silhouettes';
    return (trains ? this.training : this.queries).call(name, data, options, call);
  }
}

/** Multiplications that are done sooner than another thread hears of them: up to some tenths of a millisecond. */
const AT_ONCE = 1_000_000;

function isSmall(data: Matrix, centers: Matrix): boolean {
  return multiplications(data, centers) <= AT_ONCE;
}
