import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { type Job, PgBoss, type Queue, type SendOptions } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import type { ServiceDataSource } from '../data-source.js';

export type { Job };
export type QueueSettings = Omit<Queue, 'name' | 'notify' | 'partition' | 'policy'>;
export type JobOptions = Omit<SendOptions, 'db'>;

/**
 * Does one job. Resolving ends the job; rejecting lets it be tried again, `retryLimit` times. `job.retryCount` numbers
 * the attempts from 0, and `job.signal` is aborted once another may have taken the job over: a handler that was stuck is
 * started twice, so whatever it writes has to carry the attempt.
 */
export type JobHandler<Data> = (job: Job<Data>) => Promise<void>;

/** How long a stop waits for the jobs in hand before it gives them back to the queue. */
const STOP_LIMIT_MS = 10_000;

/**
 * Jobs in the service's own database: one that is enqueued in a transaction exists when that commits and at no other
 * time, and one whose process dies is done by another.
 */
@Injectable()
export class JobQueue implements BeforeApplicationShutdown {
  readonly #boss: PgBoss;
  readonly #dataSource: ServiceDataSource;

  private constructor(boss: PgBoss, dataSource: ServiceDataSource) {
    this.#boss = boss;
    this.#dataSource = dataSource;
  }

  /** Connects to the queue's tables, which are made or brought up to date first. */
  static async start(dataSource: ServiceDataSource): Promise<JobQueue> {
    const logger = new Logger('Queue');
    const boss = new PgBoss({
      connectionString: dataSource.connectionString,
      application_name: 'centroid-queue',
      backend: dataSource.isEmbedded ? 'pglite' : 'postgres',
      max: 4,
      useListenNotify: true,
      schedule: false,
      // How soon it is seen that a process has died, on top of the queue's `heartbeatSeconds`.
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
    });
    boss.on('error', (error) => {
      logger.error(error.message);
    });
    boss.on('warning', ({ message }) => {
      logger.warn(message);
    });
    await dataSource.exclusively(() => boss.start());
    return new JobQueue(boss, dataSource);
  }

  /**
   * Makes a queue, or gives one that exists these settings. Has to be called before any other use of the queue.
   *
   * The embedded database serves one process, which has just begun: a job in hand was left by one that died, and is
   * given back at once. Elsewhere it is when its `heartbeatSeconds` have passed.
   */
  async declare(name: string, settings: QueueSettings): Promise<void> {
    await this.#boss.createQueue(name, { ...settings, notify: true });
    await this.#boss.updateQueue(name, { ...settings, notify: true });
    if (this.#dataSource.isEmbedded) {
      const left = `SELECT id FROM pgboss.job WHERE name = $1 AND state = 'active'`;
      const jobs = await this.#dataSource.query<{ id: string }[]>(left, [name]);
      if (jobs.length > 0) {
        await this.#boss.fail(
          name,
          jobs.map(({ id }) => id),
        );
      }
    }
  }

  /**
   * Puts a job into the transaction of the given manager.
   *
   * @param data plain JSON
   * @returns the job's id
   * @throws Error outside a transaction
   */
  async enqueue(manager: EntityManager, name: string, data: object, options?: JobOptions): Promise<string> {
    const id = await this.#boss.send(name, data, { ...options, db: within(manager) });
    if (id === null) throw new Error(`The queue ${name} refuses a second job of this key`);
    return id;
  }

  /** Takes a job off the queue, within the transaction of the given manager; a handler that runs is not stopped. */
  async cancel(manager: EntityManager, name: string, jobId: string): Promise<void> {
    await this.#boss.cancel(name, jobId, { db: within(manager) });
  }

  /** Removes the jobs of a user who is being deleted, within the transaction of the given manager: those that say whose they are. */
  async forgetUser(manager: EntityManager, userId: string): Promise<void> {
    await manager.query(`DELETE FROM pgboss.job WHERE data ->> 'userId' = $1`, [userId]);
  }

  /**
   * Has jobs done in this process from now on, each as soon as it is enqueued, the oldest first.
   *
   * @param concurrency how many at once in this process
   * @param groupConcurrency how many of one group at once in all processes
   */
  async work<Data extends object>(
    name: string,
    concurrency: number,
    handler: JobHandler<Data>,
    groupConcurrency?: number,
  ): Promise<void> {
    for (let i = 0; i < concurrency; i++) {
      const worker: string = await this.#boss.work<Data>(
        name,
        // Being notified makes it look at once; looking by itself is for jobs that come back after a failure.
        {
          batchSize: 1,
          pollingIntervalSeconds: 2,
          notifyPollingIntervalSeconds: 2,
          ...(groupConcurrency !== undefined && { groupConcurrency }),
        },
        async ([job]) => {
          try {
            await handler(job);
          } finally {
            this.#boss.notifyWorker(worker); // There may be more.
          }
        },
      );
    }
  }

  /** Takes no more jobs of one queue in this process; those in hand go on. */
  async rest(name: string): Promise<void> {
    await this.#boss.offWork(name, { wait: false });
  }

  /** Takes no more jobs, waits for those in hand, and gives back those that do not end in time. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#boss.stop({ timeout: STOP_LIMIT_MS });
  }
}

/** Makes or updates the queue's tables, and leaves. */
export async function installQueue(dataSource: ServiceDataSource): Promise<void> {
  await (await JobQueue.start(dataSource)).beforeApplicationShutdown();
}

/** The queue's way into a transaction. */
function within(manager: EntityManager) {
  const runner = manager.queryRunner;
  if (!runner?.isTransactionActive) throw new Error('A job is enqueued or cancelled within a transaction only');
  return {
    executeSql: async (sql: string, values?: unknown[]) => {
      const { records } = await runner.query(sql, values, true);
      return { rows: records };
    },
  };
}
