import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AbortedError, EngineError } from './errors.js';
import { evaluate } from './evaluation/evaluate.js';
import { project } from './evaluation/project.js';
import { fit, seed, type Hooks } from './kmeans/fit.js';
import { predict, transform } from './kmeans/predict.js';
import type {
  EvaluateOptions,
  Evaluation,
  FitOptions,
  FitResult,
  Matrix,
  PredictOptions,
  PredictResult,
  Progress,
  Projection,
  ProjectOptions,
  SeedOptions,
  SeedResult,
  TransformOptions,
} from './types.js';
import {
  checkCenters,
  checkEvaluate,
  checkFit,
  checkMatrix,
  checkMetric,
  checkProject,
  checkSeed,
} from './validate.js';

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
  private closed = false;

  /**
   * Finds k centres: greedy k-means++ and Lloyd's iteration to its fixed point, in exact float64 decisions.
   * @throws EngineError also `kmeans.bad_k`, `kmeans.k_above_rows`, `kmeans.too_few_distinct_rows` (says how many),
   * `kmeans.bad_weights`, `kmeans.bad_centers`
   */
  async fit(data: Matrix, options: FitOptions): Promise<FitResult> {
    checkFit(data, options);
    return this.run(options.signal, (hooks) => fit(data, options, hooks), options.onProgress);
  }

  /**
   * The nearest and the second nearest of `centers` (`k x columns`, in the space of `data`) for every row.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.out_of_range`
   */
  async predict(data: Matrix, centers: Matrix, options: PredictOptions = {}): Promise<PredictResult> {
    checkMatrix(data);
    checkCenters(centers, data.columns, centers.rows);
    checkMetric(options.metric);
    return this.run(options.signal, (hooks) => predict(data, centers, options, hooks));
  }

  /**
   * The distances of every row to every centre, `rows x k`.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.out_of_range`
   */
  async transform(data: Matrix, centers: Matrix, options: TransformOptions = {}): Promise<Float64Array> {
    checkMatrix(data);
    checkCenters(centers, data.columns, centers.rows);
    checkMetric(options.metric);
    return this.run(options.signal, (hooks) => transform(data, centers, options, hooks));
  }

  /** The rows that {@link fit} with the same options begins a restart from. Rejects as fit does. */
  async seed(data: Matrix, options: SeedOptions): Promise<SeedResult> {
    checkSeed(data, options);
    return this.run(options.signal, (hooks) => seed(data, options, hooks));
  }

  /**
   * How good a clustering is, and how its clusters are built.
   * @throws EngineError also `kmeans.bad_centers`, `kmeans.bad_labels`, `kmeans.bad_weights`
   */
  async evaluate(data: Matrix, options: EvaluateOptions): Promise<Evaluation> {
    checkMatrix(data);
    checkEvaluate(data, options);
    return this.run(options.signal, (hooks) => evaluate(data, options, hooks), options.onProgress);
  }

  /** Principal components of the data, and the rows (and centres) on them. Any width. */
  async project(data: Matrix, options: ProjectOptions = {}): Promise<Projection> {
    checkMatrix(data);
    checkProject(data, options);
    return this.run(options.signal, (hooks) => project(data, options, hooks));
  }

  /** Ends the worker threads; calls under way and later ones reject with `kmeans.closed`. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.resolve();
  }

  async onModuleDestroy(): Promise<void> {
    await this.close();
  }

  private async run<T>(
    signal: AbortSignal | undefined,
    job: (hooks: Hooks) => T,
    onProgress?: (progress: Progress) => void,
  ): Promise<T> {
    await Promise.resolve();
    if (this.closed) throw new EngineError('kmeans.closed', 'The engine is closed.');
    const interrupt = (): void => {
      if (signal?.aborted) throw new AbortedError();
    };
    interrupt();
    return job({ interrupt, progress: onProgress ?? null });
  }
}
