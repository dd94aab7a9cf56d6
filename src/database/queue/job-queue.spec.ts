import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, SERVERS, type TestDatabase } from '../../../test/support/database.js';
import { ServiceDataSource } from '../data-source.js';
import { JobQueue } from './job-queue.js';

interface Payload {
  n: number;
}

describe.each(SERVERS)('the queue on %s', (_name, server) => {
  let database: TestDatabase;
  let dataSource: ServiceDataSource;
  let queue: JobQueue;

  beforeAll(async () => {
    database = await createTestDatabase({ server });
    dataSource = await new ServiceDataSource(database, []).initialize();
    await dataSource.query('CREATE TABLE made (n int PRIMARY KEY)');
    queue = await JobQueue.start(dataSource);
  }, 20_000);

  afterAll(async () => {
    await queue.beforeApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  }, 20_000);

  const enqueue = (name: string, n: number): Promise<string> =>
    dataSource.transaction((manager) => queue.enqueue(manager, name, { n }));

  const states = async (name: string): Promise<Record<string, number>> => {
    const sql = 'SELECT state, count(*)::int AS n FROM pgboss.job WHERE name = $1 GROUP BY state';
    const rows: { state: string; n: number }[] = await dataSource.query(sql, [name]);
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  };

  /** Resolves once as many jobs are in that state; the test's own time limit bounds it. */
  const settled = async (name: string, state: string, n: number): Promise<void> => {
    while ((await states(name))[state] !== n) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('has a job when the transaction commits, and none when it is rolled back', async () => {
    await queue.declare('atomic', {});
    const rolledBack = dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO made VALUES (1)');
      await queue.enqueue(manager, 'atomic', { n: 1 });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await states('atomic')).toEqual({});
    expect(await dataSource.query('SELECT * FROM made')).toEqual([]);

    await dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO made VALUES (2)');
      await queue.enqueue(manager, 'atomic', { n: 2 });
    });
    expect(await states('atomic')).toEqual({ created: 1 });
    expect(await dataSource.query('SELECT * FROM made')).toEqual([{ n: 2 }]);
  });

  it('refuses to enqueue outside a transaction', async () => {
    await queue.declare('outside', {});
    await expect(queue.enqueue(dataSource.manager, 'outside', {})).rejects.toThrow('within a transaction');
  });

  it('picks a job up within 100 ms of its commit', async () => {
    await queue.declare('prompt', {});
    let arrived: (job: { n: number; at: number }) => void;
    await queue.work<Payload>('prompt', 1, (job) => {
      arrived({ n: job.data.n, at: performance.now() });
      return Promise.resolve();
    });
    const delays: number[] = [];
    for (let n = 0; n < 9; n++) {
      const arrival = new Promise<{ n: number; at: number }>((resolve) => (arrived = resolve));
      await enqueue('prompt', n);
      const committed = performance.now();
      const job = await arrival;
      expect(job.n).toBe(n);
      delays.push(job.at - committed);
    }
    // The median: the machine may be busy with something else.
    expect(delays.sort((a, b) => a - b)[4]).toBeLessThan(100);
  });

  it('works off a backlog in order, without waiting in between', async () => {
    await queue.declare('backlog', {});
    for (let n = 0; n < 30; n++) await enqueue('backlog', n);
    const done: number[] = [];
    await queue.work<Payload>('backlog', 1, (job) => {
      done.push(job.data.n);
      return Promise.resolve();
    });
    await settled('backlog', 'completed', 30);
    expect(done).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('does as many at once as it was told', async () => {
    await queue.declare('wide', {});
    let running = 0;
    let most = 0;
    await queue.work('wide', 3, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running--;
    });
    for (let n = 0; n < 9; n++) await enqueue('wide', n);
    await settled('wide', 'completed', 9);
    expect(most).toBe(3);
  });

  it('tries a failed job again, numbering the attempts, and gives up after the last', async () => {
    await queue.declare('failing', { retryLimit: 1 });
    const attempts: number[] = [];
    await queue.work('failing', 1, (job) => {
      attempts.push(job.retryCount);
      return Promise.reject(new Error('no'));
    });
    await enqueue('failing', 1);
    await settled('failing', 'failed', 1);
    expect(attempts).toEqual([0, 1]);
  }, 10_000);

  it('takes a cancelled job off the queue with the transaction that cancels it', async () => {
    await queue.declare('cancelled', {});
    const id = await enqueue('cancelled', 1);
    await dataSource.transaction((manager) => queue.cancel(manager, 'cancelled', id));
    expect(await states('cancelled')).toEqual({ cancelled: 1 });
  });

  it('gives queues that exist their new settings', async () => {
    await queue.declare('settings', { retryLimit: 1 });
    await queue.declare('settings', { retryLimit: 7, heartbeatSeconds: 10 });
    const rows: unknown = await dataSource.query(
      'SELECT retry_limit, heartbeat_seconds FROM pgboss.queue WHERE name = $1',
      ['settings'],
    );
    expect(rows).toEqual([{ retry_limit: 7, heartbeat_seconds: 10 }]);
  });

  it('waits for the job in hand when it stops', async () => {
    const another = await JobQueue.start(dataSource);
    try {
      await another.declare('stopping', {});
      let ended = false;
      const started = new Promise<void>((resolve) => {
        void another.work('stopping', 1, async () => {
          resolve();
          await new Promise((end) => setTimeout(end, 300));
          ended = true;
        });
      });
      await queue.declare('stopping', {});
      await enqueue('stopping', 1);
      await started;
      await another.beforeApplicationShutdown();
      expect(ended).toBe(true);
      expect(await states('stopping')).toEqual({ completed: 1 });
    } finally {
      await another.beforeApplicationShutdown();
    }
  }, 10_000);
});
