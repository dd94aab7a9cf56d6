import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Draining } from '../common/draining.js';
import { AppConfig } from '../config/app-config.js';
import { type Job, JobQueue } from '../database/queue/job-queue.js';
import { RunAttempt } from './run-attempt.js';
import { RunsRepository } from './runs.repository.js';
import { DAY, RUN_QUEUE, RUN_QUEUE_SETTINGS, type RunJob } from './training.queue.js';

/** The run was given back: the job has to fail for the queue to hand it to the next worker. */
class GivenBackError extends Error {}

/** Works off runs in this process, unless it is an API alone. */
@Injectable()
export class RunWorker implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RunWorker.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly config: AppConfig,
    private readonly queue: JobQueue,
    private readonly attempts: RunAttempt,
    private readonly runs: RunsRepository,
    private readonly draining: Draining,
  ) {}

  /** Whoever enqueues needs the queue too. */
  async onModuleInit(): Promise<void> {
    const deleteAfterSeconds = this.config.jobDays * DAY;
    await this.queue.declare(RUN_QUEUE, { ...RUN_QUEUE_SETTINGS, deleteAfterSeconds });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'api') return;
    this.draining.signal.addEventListener('abort', () => void this.handBack(), { once: true });
    const { runsAtOnce, runningRuns } = this.config;
    await this.queue.work<RunJob>(RUN_QUEUE, runsAtOnce, (job) => this.work(job), runningRuns);
  }

  /** Takes no more runs and gives back those in hand, so that another worker goes on with them at once. */
  async onModuleDestroy(): Promise<void> {
    await this.handBack();
    await Promise.allSettled(this.underWay);
  }

  private async handBack(): Promise<void> {
    await this.queue.rest(RUN_QUEUE);
    this.stopping.abort();
  }

  /** A job bears its run's id, whatever else the version that enqueued it has written into it. */
  private async work({ id: runId }: Job<RunJob>): Promise<void> {
    const userId = await this.runs.findOwner(runId);
    if (userId === null) return;
    const attempt = this.attempts.carryOut(userId, runId, this.stopping.signal);
    this.underWay.add(attempt);
    try {
      if ((await attempt) === 'again') throw new GivenBackError('The run was given back.');
    } catch (error) {
      if (!(error instanceof GivenBackError)) {
        this.logger.error(`Run ${runId} is left to the next attempt`, error instanceof Error ? error.stack : undefined);
      }
      throw error;
    } finally {
      this.underWay.delete(attempt);
    }
  }
}
