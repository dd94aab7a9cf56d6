import { Injectable } from '@nestjs/common';
import { EngineError } from '../ml/errors.js';
import { KMeansService } from '../ml/kmeans.service.js';
import type { Choice, InitialCenters, Matrix, SweepEntry } from '../ml/types.js';
import type { CheckpointKeeper } from './checkpoint-keeper.js';
import type { ProgressReporter } from './progress-reporter.js';
import type { ClusterRange, Fitted, RunParams } from './run.types.js';

/** Distances beyond the last of these mark a row as an outlier of its cluster. */
const PERCENTILES = [50, 90, 95, 99];
/** What ends a sweep early: the rows have no more clusters to give. */
const EXHAUSTED = ['kmeans.k_above_rows', 'kmeans.too_few_distinct_rows'];

/** What is fitted, and how. */
export interface FitTask {
  matrix: Matrix;
  weights?: Float64Array | undefined;
  params: RunParams;
  init: 'k-means++' | 'random' | InitialCenters;
  /** Whether clusters keep the numbers of the given centres that they are matched with. */
  keepIds: boolean;
  progress: ProgressReporter;
  checkpoints: CheckpointKeeper;
  signal: AbortSignal;
}

/** Where a fit stands among those of a run. */
interface Place {
  /** Which of how many it is, counted from 0. */
  part: [at: number, of: number];
  /** Those that are done. */
  before: Fitted[];
  /** As of an evaluation. */
  silhouetteRows?: number;
}

const ALONE: Place = { part: [0, 1], before: [] };

/** What a range of k came to. */
export interface Sweep {
  entries: SweepEntry[];
  choice: Choice;
  warnings: string[];
  /** Every one of them, without labels. */
  candidates: Fitted[];
}

/** Fits of one number of clusters, or of several of which one is chosen. */
@Injectable()
export class RunFits {
  constructor(private readonly kmeans: KMeansService) {}

  async one(task: FitTask, k: number): Promise<Fitted> {
    return this.fitted(task, k, ALONE);
  }

  private async fitted(task: FitTask, k: number, { part, before, silhouetteRows }: Place): Promise<Fitted> {
    const { matrix, weights, params, init, keepIds, progress, checkpoints, signal } = task;
    const { saved } = checkpoints;
    const resume = saved?.fits.length === before.length ? saved.fit : null;
    const { metric, seed, nInit, maxIterations, tolerance } = params;
    const common = { metric, seed, signal, ...(weights && { weights }) };
    const fit = await this.kmeans.fit(matrix, {
      ...common,
      k,
      init,
      order: keepIds ? 'matched' : 'size',
      nInit,
      maxIterations,
      tolerance,
      onProgress: (news) => {
        progress.engine(news, part);
      },
      ...(resume && { resume }),
      checkpointMs: checkpoints.milliseconds,
      onCheckpoint: (stands) => {
        checkpoints.keep({ fits: before, fit: stands });
      },
    });
    const evaluation = await this.kmeans.evaluate(matrix, {
      ...common,
      centers: { data: fit.centers, rows: fit.k, columns: fit.columns },
      labels: fit.labels,
      percentiles: PERCENTILES,
      ...(silhouetteRows !== undefined && { silhouetteRows }),
    });
    return { fit, evaluation };
  }

  /** Every k of the range, as far as the rows allow. */
  async sweep(task: FitTask, { min, max }: ClusterRange): Promise<Fitted & { sweep: Sweep }> {
    const done: Fitted[] = [...(task.checkpoints.saved?.fits ?? [])];
    const warnings: string[] = [];
    for (let k = min + done.length; k <= max; k++) {
      try {
        const { fit, evaluation } = await this.fitted(task, k, {
          part: [k - min, max - min + 1],
          before: [...done],
          silhouetteRows: 0,
        });
        // Labels are as many as there are rows, and found again in one pass for the k that is chosen.
        done.push({ fit: { ...fit, labels: new Int32Array(0) }, evaluation });
        task.checkpoints.keep({ fits: [...done], fit: null });
      } catch (error) {
        if (done.length === 0 || !(error instanceof EngineError && EXHAUSTED.includes(error.code))) throw error;
        warnings.push(`The sweep ended at k ${k - 1}: ${error.message}`);
        break;
      }
    }
    task.progress.begin('evaluating');
    const fits = await this.withSilhouettes(task, done);
    const entries = await this.entries(task, fits);
    const choice = this.kmeans.choose(entries);
    const { fit, evaluation } = fits.find((fitted) => fitted.fit.k === choice.chosen)!;
    const centers: Matrix = { data: fit.centers, rows: fit.k, columns: fit.columns };
    const { metric } = task.params;
    const { labels } = await this.kmeans.predict(task.matrix, centers, {
      metric,
      detail: 'labels',
      signal: task.signal,
    });
    return { fit: { ...fit, labels }, evaluation, sweep: { entries, choice, warnings, candidates: fits } };
  }

  /** The sample of rows is the same for every k, and so are the distances between them, which take the time. */
  private async withSilhouettes({ matrix, params, signal }: FitTask, fits: Fitted[]): Promise<Fitted[]> {
    const centers = fits.map(({ fit }): Matrix => ({ data: fit.centers, rows: fit.k, columns: fit.columns }));
    const { metric, seed } = params;
    const silhouettes = await this.kmeans.silhouettes(matrix, { centers, metric, seed, signal });
    return fits.map(({ fit, evaluation }, i) => ({ fit, evaluation: { ...evaluation, ...silhouettes[i] } }));
  }

  private async entries({ matrix, weights, params, signal }: FitTask, fits: Fitted[]): Promise<SweepEntry[]> {
    const { metric, seed } = params;
    const ks = fits.map(({ fit }) => fit.k);
    // Uniform data have no counterpart on the unit sphere that the statistic is defined for.
    const gap = metric === 'euclidean' ? await this.kmeans.gap(matrix, { ks, seed, signal }) : null;
    const stability = await this.kmeans.stability(matrix, { ks, seed, metric, signal, ...(weights && { weights }) });
    return fits.map(({ fit, evaluation }, i) => {
      const defined = gap !== null && Number.isFinite(gap.values[i]);
      return {
        k: fit.k,
        inertia: fit.inertia,
        silhouette: evaluation.silhouette,
        calinskiHarabasz: evaluation.calinskiHarabasz,
        daviesBouldin: evaluation.daviesBouldin,
        gap: defined ? gap.values[i] : null,
        ...(defined && { gapError: gap.errors[i] }),
        stability: Number.isFinite(stability.values[i]) ? stability.values[i] : null,
      };
    });
  }
}
