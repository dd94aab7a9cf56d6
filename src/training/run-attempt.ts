import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, NotFoundError } from '../common/errors.js';
import { withLogScope } from '../common/logging.js';
import { Metrics } from '../common/metrics.js';
import { isForLater } from '../common/problem.filter.js';
import { problem, toProblem } from '../common/problem.js';
import { AppConfig } from '../config/app-config.js';
import { EngineError } from '../ml/errors.js';
import { Bell } from './bell.js';
import { ProgressReporter } from './progress-reporter.js';
import { RunChanges } from './run-changes.js';
import { RunEnding } from './run-ending.js';
import { type Checkpoints, RunTrainer } from './run-trainer.js';
import type { Run } from './run.entity.js';
import { type RunError, smallestK } from './run.types.js';
import { type Attempt, RunsRepository } from './runs.repository.js';

/** Attempts in a row that may die without having got any further. */
const MAX_CRASHES = 3;
/** How often an attempt makes sure that the run is still its own, also without being told. */
const WATCH_MS = 1000;
/** One's own progress is told to oneself too; to look so often is enough. */
const LOOK_MS = 200;
const RETRY_MS = 1000;

/** The run has been cancelled, deleted, or taken up by somebody else. */
class LostError extends Error {}
/** This process is to end. */
class StoppingError extends Error {}

/** How an attempt ended: for good, or so that the run is to be taken up again at once. */
export type AttemptEnd = 'done' | 'again';

/** Carries one run from being taken up to its end, or gives it back. */
@Injectable()
export class RunAttempt {
  private readonly logger = new Logger(RunAttempt.name);

  constructor(
    private readonly repository: RunsRepository,
    private readonly trainer: RunTrainer,
    private readonly ending: RunEnding,
    private readonly changes: RunChanges,
    private readonly metrics: Metrics,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param stopping aborted when this process is to end: the run is then given back
   * @throws what kept the run from being ended or given back; it is taken up anew when the job is retried
   */
  carryOut(userId: string, runId: string, stopping: AbortSignal): Promise<AttemptEnd> {
    return withLogScope({ runId }, () => this.attempt(userId, runId, stopping));
  }

  private async attempt(userId: string, runId: string, stopping: AbortSignal): Promise<AttemptEnd> {
    const run = await this.repository.takeUp(userId, runId);
    if (!run) return 'done';
    const attempt: Attempt = { userId, runId, number: run.attempts };
    this.logger.log('Taken up', { attempt: run.attempts, crashes: run.crashes });
    const began = performance.now();
    const note = (outcome: string, algorithm = ''): void => {
      const seconds = (performance.now() - began) / 1000;
      this.metrics.runSeconds.observe({ outcome, algorithm }, seconds);
      this.logger.log(`Attempt ${outcome}`, { attempt: run.attempts, seconds, ...(algorithm && { algorithm }) });
    };
    if (run.crashes >= MAX_CRASHES) {
      await this.insist(stopping, () => this.ending.fail(run, attempt, crashed(run.crashes)));
      return 'done';
    }
    const broken = new AbortController();
    const stop = (): void => {
      broken.abort(new StoppingError());
    };
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    const watching = this.watch(attempt, broken);
    const progress = new ProgressReporter(smallestK(run.params), async (state) => {
      try {
        if (!(await this.repository.reportProgress(attempt, state))) broken.abort(new LostError());
      } catch (error) {
        // Training goes on: whoever waits for news waits a little longer.
        this.logger.warn(`Progress of run ${runId} could not be written: ${String(error)}`);
      }
    });
    try {
      const trained = await this.trainer.train(run, progress, this.checkpoints(attempt), broken.signal);
      progress.begin('storing');
      await progress.close();
      await this.insist(stopping, () => this.ending.succeed(run, attempt, trained));
      note('succeeded', trained.fit.algorithm.name);
      this.metrics.rows.inc({ work: 'trained' }, trained.rowCount);
      return 'done';
    } catch (error) {
      await progress.close();
      const reason: unknown = broken.signal.reason;
      note(reason instanceof LostError ? 'lost' : reason instanceof StoppingError ? 'handed back' : 'failed');
      return await this.settle(run, attempt, error, reason, stopping);
    } finally {
      stopping.removeEventListener('abort', stop);
      broken.abort(new LostError());
      await watching;
    }
  }

  private checkpoints(attempt: Attempt): Checkpoints {
    return {
      load: () => this.repository.findCheckpoint(attempt.userId, attempt.runId),
      save: async (state) => {
        try {
          await this.repository.saveCheckpoint(attempt, state);
        } catch (error) {
          this.logger.warn(`A checkpoint could not be written: ${String(error)}`);
        }
      },
      milliseconds: this.config.checkpointSeconds * 1000,
    };
  }

  /** After a training that did not end well: whose doing it was decides what becomes of the run. */
  private async settle(
    run: Run,
    attempt: Attempt,
    error: unknown,
    reason: unknown,
    stopping: AbortSignal,
  ): Promise<AttemptEnd> {
    if (reason instanceof LostError) return 'done';
    const code = error instanceof EngineError ? error.code : undefined;
    // A thread that died has most likely run out of memory: as bad as if the process had, and counted alike.
    if (code === 'kmeans.worker_died') throw error;
    if (reason instanceof StoppingError || code === 'kmeans.closed' || isForLater(error)) {
      await this.insist(stopping, () => this.repository.handBack(attempt));
      return 'again';
    }
    await this.insist(stopping, () => this.ending.fail(run, attempt, this.describe(run, error)));
    return 'done';
  }

  /** What the run's owner is told. */
  private describe(run: Run, error: unknown): RunError {
    if (error instanceof EngineError) return toProblem(new DomainError('impossible', error.code, error.message));
    if (error instanceof NotFoundError) {
      return problem(422, 'run.source_gone', 'The data set, or the centers to begin from, are no longer there.');
    }
    if (error instanceof DomainError) return toProblem(error);
    this.logger.error(`Run ${run.id} failed`, error instanceof Error ? error.stack : String(error));
    return problem(500, 'service.fault', 'Something went wrong in the service. It has been logged.');
  }

  /** Breaks the attempt off when the run is its own no more: told by a notification, or seen within a second. */
  private async watch(attempt: Attempt, broken: AbortController): Promise<void> {
    const bell = new Bell();
    const unwatch = this.changes.watch(attempt.runId, bell.ring);
    try {
      while (!broken.signal.aborted) {
        await bell.wait(WATCH_MS, broken.signal);
        const held = await this.repository.holds(attempt).catch(() => true);
        if (!held) broken.abort(new LostError());
        await sleep(LOOK_MS, undefined, { signal: broken.signal }).catch(() => undefined);
      }
    } finally {
      unwatch();
    }
  }

  /** Tries until the database takes it: what was found in hours is not thrown away for its being away a minute. */
  private async insist(stopping: AbortSignal, write: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (stopping.aborted || !isForLater(error)) throw error;
        this.logger.warn(`The database does not take it, trying again: ${String(error)}`);
        await sleep(RETRY_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }
}

function crashed(times: number): RunError {
  return problem(
    500,
    'run.crashed',
    `The process that worked on this run died ${times} times without getting any further. ` +
      'There may be too little memory for it: try fewer rows or columns, or a smaller k.',
  );
}
