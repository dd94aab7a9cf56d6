import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../common/paging.js';
import { RunCandidate } from './run-candidate.entity.js';
import { RunCheckpoint } from './run-checkpoint.entity.js';
import { RunOutput, type SweepFacts } from './run-output.entity.js';
import { Run } from './run.entity.js';
import { LIVE_STATUSES, type RunError, type RunProgress, type RunResult } from './run.types.js';

/** One attempt at a run. What it writes lands only while the run is running and no later attempt has begun. */
export interface Attempt {
  userId: string;
  runId: string;
  /** The run's `attempts` when it was taken up. */
  number: number;
}

/** What an ended run is left with. */
export type RunOutcome =
  { status: 'succeeded'; result: RunResult; progress: RunProgress } | { status: 'failed'; error: RunError };

/** Runs in the database; every query names the owner. */
@Injectable()
export class RunsRepository {
  constructor(
    @InjectRepository(Run) private readonly runs: Repository<Run>,
    @InjectRepository(RunOutput) private readonly outputs: Repository<RunOutput>,
    @InjectRepository(RunCheckpoint) private readonly checkpoints: Repository<RunCheckpoint>,
    @InjectRepository(RunCandidate) private readonly candidates: Repository<RunCandidate>,
  ) {}

  async insert(manager: EntityManager, run: Run): Promise<void> {
    await manager.insert(Run, run);
  }

  /** Whose run it is, for the worker, which acts for everybody; null once it is gone. */
  async findOwner(runId: string): Promise<string | null> {
    return (await this.runs.findOne({ select: { userId: true }, where: { id: runId } }))?.userId ?? null;
  }

  find(userId: string, runId: string): Promise<Run | null> {
    return this.runs.findOneBy({ userId, id: runId });
  }

  list(userId: string, chatId: string, page: PageQuery): Promise<Page<Run>> {
    const query = this.runs
      .createQueryBuilder('run')
      .where('run.userId = :userId AND run.chatId = :chatId', { userId, chatId });
    return readPage(query, page, { direction: 'DESC' });
  }

  findOutput(userId: string, runId: string): Promise<RunOutput | null> {
    return this.outputs.findOneBy({ userId, runId });
  }

  /** What a sweep found for a k, and what all its candidates share. */
  async findCandidate(
    userId: string,
    runId: string,
    k: number,
  ): Promise<{ candidate: RunCandidate; sweep: SweepFacts } | null> {
    const candidate = await this.candidates.findOneBy({ userId, runId, k });
    const output = candidate && (await this.findOutput(userId, runId));
    return output?.sweep ? { candidate: candidate!, sweep: output.sweep } : null;
  }

  async insertCandidate(manager: EntityManager, candidate: RunCandidate): Promise<void> {
    await manager.insert(RunCandidate, candidate);
  }

  async insertOutput(manager: EntityManager, output: RunOutput): Promise<void> {
    await manager.insert(RunOutput, output);
  }

  /** Runs of a user that have not ended. */
  countLive(manager: EntityManager, userId: string): Promise<number> {
    return manager.countBy(Run, { userId, status: In(LIVE_STATUSES) });
  }

  /** Ends a run that has not ended; whether it was this call that did. */
  async cancel(manager: EntityManager, userId: string, runId: string): Promise<boolean> {
    const { affected } = await manager.update(
      Run,
      { userId, id: runId, status: In(LIVE_STATUSES) },
      { status: 'cancelled', finishedAt: new Date() },
    );
    await manager.delete(RunCheckpoint, { userId, runId });
    return affected === 1;
  }

  /**
   * Takes up a run: from now on the writes of earlier attempts land no more. A run found running was left by a worker
   * that died, which is counted.
   *
   * @returns the run as it now is, its `attempts` this attempt's number, or null when there is nothing left to do
   */
  async takeUp(userId: string, runId: string): Promise<Run | null> {
    const update = await this.runs
      .createQueryBuilder()
      .update()
      .set({
        crashes: () => `crashes + CASE WHEN status = 'running' THEN 1 ELSE 0 END`,
        status: 'running',
        attempts: () => 'attempts + 1',
        startedAt: () => 'COALESCE(started_at, now())',
      })
      .where({ userId, id: runId, status: In(LIVE_STATUSES) })
      .returning(['attempts', 'crashes'])
      .execute();
    const taken = (update.raw as Pick<Run, 'attempts' | 'crashes'>[]).at(0);
    const run = taken ? await this.find(userId, runId) : null;
    return run && Object.assign(run, taken);
  }

  /** Whether the attempt is still the run's current one. */
  holds(attempt: Attempt): Promise<boolean> {
    return this.runs.existsBy(current(attempt));
  }

  /** Writes how far an attempt has come; false when it is the current one no more. */
  async reportProgress(attempt: Attempt, progress: RunProgress): Promise<boolean> {
    const { affected } = await this.runs.update(current(attempt), { progress });
    return affected === 1;
  }

  /** Gives the run back to the queue, unended and without blame; false when it is not the attempt's any more. */
  async handBack(attempt: Attempt): Promise<boolean> {
    const { affected } = await this.runs.update(current(attempt), { status: 'queued' });
    return affected === 1;
  }

  /** Ends a run; false when it is not the attempt's any more, and nothing is written. */
  async finish(manager: EntityManager, attempt: Attempt, outcome: RunOutcome): Promise<boolean> {
    const { affected } = await manager.update(Run, current(attempt), { ...outcome, finishedAt: new Date() });
    await manager.delete(RunCheckpoint, { userId: attempt.userId, runId: attempt.runId });
    return affected === 1;
  }

  /** What the attempts before have kept of a run. */
  async findCheckpoint(userId: string, runId: string): Promise<Buffer | undefined> {
    return (await this.checkpoints.findOneBy({ userId, runId }))?.state;
  }

  /** Keeps where an attempt stands: whatever kills it now, it has got further. Nothing is kept when it is not current. */
  async saveCheckpoint({ userId, runId, number }: Attempt, state: Buffer): Promise<void> {
    await this.checkpoints.query(
      `WITH own AS (
         UPDATE runs SET crashes = 0 WHERE user_id = $1 AND id = $2 AND attempts = $3 AND status = 'running'
         RETURNING id, user_id
       )
       INSERT INTO run_checkpoints (run_id, user_id, saved_at, state) SELECT id, user_id, now(), $4 FROM own
       ON CONFLICT (run_id) DO UPDATE SET saved_at = excluded.saved_at, state = excluded.state`,
      [userId, runId, number, state],
    );
  }
}

function current({ userId, runId, number }: Attempt): {
  userId: string;
  id: string;
  attempts: number;
  status: 'running';
} {
  return { userId, id: runId, attempts: number, status: 'running' };
}
