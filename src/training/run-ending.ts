import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CentersService } from '../centers/centers.service.js';
import { trainedModel } from '../centers/trained-model.js';
import { ChatsService } from '../chats/chats.service.js';
import { NotFoundError } from '../common/errors.js';
import { DatasetsService } from '../datasets/datasets.service.js';
import { ENGINE_VERSION } from '../ml/types.js';
import { packLabels } from './label-codec.js';
import { cancelledText, failedText, succeededText } from './run-texts.js';
import type { Trained } from './run-trainer.js';
import type { Run } from './run.entity.js';
import type { RunError, RunProgress, RunResult } from './run.types.js';
import { type Attempt, RunsRepository } from './runs.repository.js';

/** Rolls a transaction back: somebody else has ended the run, or taken it up. */
class NotOursError extends Error {}

/**
 * The three ways in which a run ends. Each is one transaction that begins with the chat's row, as the deletion of a chat
 * does: the run's end, what it leaves, the message, and the data set let go are there together or not at all. Each says
 * whether it was this call that ended the run.
 */
@Injectable()
export class RunEnding {
  constructor(
    private readonly repository: RunsRepository,
    private readonly chats: ChatsService,
    private readonly datasets: DatasetsService,
    private readonly centers: CentersService,
    private readonly dataSource: DataSource,
  ) {}

  succeed(run: Run, attempt: Attempt, trained: Trained): Promise<boolean> {
    const { userId, chatId, id: runId, params } = run;
    const { prepared, fit, evaluation, projection, sweep, transitions } = trained;
    const { preparation } = prepared;
    const shared = { preparation, engineVersion: ENGINE_VERSION, datasetSha256: trained.datasetSha256 };
    return this.end(async (manager) => {
      const centers = await this.centers.createFromRun(manager, {
        userId,
        chatId,
        runId,
        ...(typeof params.init === 'object' &&
          transitions && {
            parent: { id: params.init.centersId, keepNames: params.keepIds === true, transitions },
          }),
        ...shared,
        metric: params.metric,
        model: trainedModel(preparation, fit, evaluation),
        seed: fit.seed,
        params: { ...params },
        ...(params.idColumn !== undefined && { idColumn: params.idColumn }),
      });
      const result = resultOf(centers.id, trained);
      const progress: RunProgress = {
        fraction: 1,
        phase: 'storing',
        k: fit.k,
        restart: fit.restart,
        iteration: fit.iterations,
        inertia: fit.inertia,
      };
      if (!(await this.repository.finish(manager, attempt, { status: 'succeeded', result, progress }))) {
        throw new NotOursError();
      }
      const labels = packLabels(fit.labels, prepared.keptRows, trained.rowCount, fit.k);
      await this.repository.insertOutput(manager, { runId, userId, labels, projection, sweep: sweep ? shared : null });
      for (const found of sweep?.candidates ?? []) {
        const model = trainedModel(preparation, found.fit, found.evaluation);
        await this.repository.insertCandidate(manager, { runId, k: found.fit.k, userId, ...model });
      }
      await this.tell(manager, run, succeededText(result), centers.id);
      await this.datasets.release(manager, userId, runId);
    });
  }

  fail(run: Run, attempt: Attempt, error: RunError): Promise<boolean> {
    return this.end(async (manager) => {
      await this.tell(manager, run, failedText(run.params, error));
      if (!(await this.repository.finish(manager, attempt, { status: 'failed', error }))) throw new NotOursError();
      await this.datasets.release(manager, run.userId, run.id);
    });
  }

  cancel(run: Run): Promise<boolean> {
    return this.end(async (manager) => {
      await this.tell(manager, run, cancelledText(run.params));
      if (!(await this.repository.cancel(manager, run.userId, run.id))) throw new NotOursError();
      await this.datasets.release(manager, run.userId, run.id);
    });
  }

  private async end(work: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    try {
      await this.dataSource.transaction(work);
      return true;
    } catch (error) {
      // The chat is gone, and the run with it; or the run was not ours to end.
      if (error instanceof NotOursError || error instanceof NotFoundError) return false;
      throw error;
    }
  }

  private async tell(manager: EntityManager, run: Run, text: string, centersId?: string): Promise<void> {
    await this.chats.addMessage(manager, {
      userId: run.userId,
      chatId: run.chatId,
      author: 'assistant',
      kind: 'run',
      text,
      runId: run.id,
      ...(run.datasetId && { datasetId: run.datasetId }),
      ...(centersId && { centersId }),
    });
  }
}

function resultOf(centersId: string, { prepared, fit, evaluation, sweep, transitions }: Trained): RunResult {
  const { silhouette, silhouetteRows, calinskiHarabasz, daviesBouldin } = evaluation;
  return {
    centersId,
    k: fit.k,
    inertia: fit.inertia,
    iterations: fit.iterations,
    converged: fit.converged,
    sizes: Array.from(fit.sizes),
    algorithm: { ...fit.algorithm },
    metrics: { silhouette, silhouetteRows, calinskiHarabasz, daviesBouldin },
    ...(sweep && { sweep: sweep.entries, choice: sweep.choice }),
    ...(transitions && { transitions }),
    warnings: [...prepared.warnings, ...fit.warnings.map(({ message }) => message), ...(sweep?.warnings ?? [])],
  };
}
