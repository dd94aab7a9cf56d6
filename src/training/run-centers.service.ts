import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Centers } from '../centers/centers.entity.js';
import { CentersService } from '../centers/centers.service.js';
import type { KeepCentersDto } from './dto/keep-centers.dto.js';
import type { Run } from './run.entity.js';
import { smallestK } from './run.types.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';
import { ImpossibleRunError, RunNotSucceededError } from './training.errors.js';

/** Centers from what a sweep found and did not choose. */
@Injectable()
export class RunCentersService {
  constructor(
    private readonly runs: RunsService,
    private readonly repository: RunsRepository,
    private readonly centers: CentersService,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Makes centers of any k of a sweep, as the run left it: nothing is fitted anew, and the data set need not be there.
   *
   * @param remember keeps the answer, in the same transaction
   * @throws NotFoundError when the run is not the user's
   * @throws RunNotSucceededError, ImpossibleRunError when the run has not, or not tried this k
   */
  async keep(
    userId: string,
    runId: string,
    { k, name }: KeepCentersDto,
    remember: (manager: EntityManager, centers: Centers) => Promise<void>,
  ): Promise<Centers> {
    const run = await this.runs.require(userId, runId);
    if (run.status !== 'succeeded') throw new RunNotSucceededError(run.status);
    const found = await this.repository.findCandidate(userId, runId, k);
    if (!found) throw notTried(run, k);
    const { candidate, sweep } = found;
    return this.dataSource.transaction(async (manager) => {
      const centers = await this.centers.createFromRun(manager, {
        userId,
        chatId: run.chatId,
        runId,
        ...(name !== undefined && { name }),
        preparation: sweep.preparation,
        metric: run.params.metric,
        model: candidate,
        seed: run.params.seed,
        params: { ...run.params },
        ...(run.params.idColumn !== undefined && { idColumn: run.params.idColumn }),
        engineVersion: sweep.engineVersion,
        datasetSha256: sweep.datasetSha256,
      });
      await remember(manager, centers);
      return centers;
    });
  }
}

function notTried({ params, result }: Run, k: number): ImpossibleRunError {
  const tried = result?.sweep?.map((entry) => entry.k);
  const detail = tried
    ? `The run tried ${tried[0]} to ${tried.at(-1)!} clusters; ${k} is not among them.`
    : `The run was for ${smallestK(params)} clusters alone; only a range leaves others to keep.`;
  return new ImpossibleRunError('run.k_not_tried', 'k', detail);
}
