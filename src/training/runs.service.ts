import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CentersService } from '../centers/centers.service.js';
import { ChatsService } from '../chats/chats.service.js';
import { NotFoundError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { Page, PageQuery } from '../common/paging.js';
import { DatasetsService } from '../datasets/datasets.service.js';
import { AppConfig } from '../config/app-config.js';
import { lockOwner } from '../database/lock-owner.js';
import { JobQueue } from '../database/queue/job-queue.js';
import type { CreateRunDto } from './dto/create-run.dto.js';
import { planRun } from './run-params.js';
import { RunEnding } from './run-ending.js';
import type { Run } from './run.entity.js';
import { LIVE_STATUSES, smallestK } from './run.types.js';
import { RunsRepository } from './runs.repository.js';
import { RUN_QUEUE, type RunJob } from './training.queue.js';
import { ImpossibleRunError, TooManyRunsError } from './training.errors.js';

/** Asks for runs, tells of them, ends them early. */
@Injectable()
export class RunsService {
  constructor(
    private readonly repository: RunsRepository,
    private readonly chats: ChatsService,
    private readonly datasets: DatasetsService,
    private readonly centers: CentersService,
    private readonly ending: RunEnding,
    private readonly queue: JobQueue,
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Accepts a run: it, its job and the hold on its data set are there together or not at all.
   *
   * @param keep remembers the answer, in the same transaction
   * @throws NotFoundError when the chat, the data set or the centers to begin from are not the user's
   * @throws ImpossibleRunError when what is asked for cannot be, TooManyRunsError
   */
  async create(
    userId: string,
    chatId: string,
    request: CreateRunDto,
    keep: (manager: EntityManager, run: Run) => Promise<void>,
  ): Promise<Run> {
    await this.chats.require(userId, chatId);
    const dataset = await this.datasets.require(userId, request.datasetId);
    if (dataset.chatId !== chatId) {
      throw new ImpossibleRunError('run.other_chat', 'datasetId', 'The data set belongs to another chat.');
    }
    const parent =
      typeof request.init === 'object' ? await this.centers.require(userId, request.init.centersId) : undefined;
    const params = planRun(request, dataset, parent && { k: parent.k, columns: parent.preparation.columns });
    const run: Run = {
      id: newId(),
      userId,
      chatId,
      datasetId: dataset.id,
      status: 'queued',
      params,
      progress: { fraction: 0, phase: 'queued', k: smallestK(params), restart: 0, iteration: 0, inertia: null },
      result: null,
      error: null,
      attempts: 0,
      crashes: 0,
      createdAt: new Date(),
      startedAt: null,
      finishedAt: null,
    };
    await this.dataSource.transaction(async (manager) => {
      await lockOwner(manager, userId);
      await this.datasets.hold(manager, userId, dataset.id, run.id);
      // The more runs somebody has waiting, the further back the next one goes: nobody keeps the others out.
      const waiting = await this.repository.countLive(manager, userId);
      if (waiting >= this.config.queuedRuns) throw new TooManyRunsError(waiting);
      await this.repository.insert(manager, run);
      const job: RunJob = { userId, runId: run.id };
      await this.queue.enqueue(manager, RUN_QUEUE, job, {
        id: run.id,
        priority: -waiting,
        group: { id: userId },
      });
      await keep(manager, run);
    });
    return run;
  }

  /** @throws NotFoundError when the run does not exist or is somebody else's */
  async require(userId: string, runId: string): Promise<Run> {
    const run = await this.repository.find(userId, runId);
    if (!run) throw new NotFoundError();
    return run;
  }

  /** The runs of a chat, newest first. */
  async list(userId: string, chatId: string, page: PageQuery): Promise<Page<Run>> {
    await this.chats.require(userId, chatId);
    return this.repository.list(userId, chatId, page);
  }

  /**
   * Ends a run that is queued or running, at once; the worker that is at it hears of it and stops. One that has ended
   * stays as it is.
   */
  async cancel(userId: string, runId: string): Promise<Run> {
    const run = await this.require(userId, runId);
    if (LIVE_STATUSES.includes(run.status)) await this.ending.cancel(run);
    return this.require(userId, runId);
  }
}
