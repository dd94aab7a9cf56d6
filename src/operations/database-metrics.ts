import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/metrics.js';

/** Whoever scrapes gets the rest without it when the database is away. */
const ANSWER_MS = 2000;

interface Waiting {
  queue: string;
  state: string;
  jobs: number;
  seconds: number;
}

/** How many jobs wait, how long the oldest has, and how the connections to the database are used. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const registers = [this.metrics.registry];
    const { dataSource } = this;
    new Gauge({
      name: 'centroid_database_connections',
      help: 'Connections of the pool by state, and callers that wait for one',
      labelNames: ['state'] as const,
      registers,
      collect() {
        const { idleCount, totalCount, waitingCount } = (dataSource.driver as unknown as { master: Pool }).master;
        this.set({ state: 'idle' }, idleCount);
        this.set({ state: 'busy' }, totalCount - idleCount);
        this.set({ state: 'waiting' }, waitingCount);
      },
    });
    // Both are asked at once: one query serves them.
    let reading: Promise<Waiting[]> | undefined;
    const read = (): Promise<Waiting[]> =>
      (reading ??= readQueue(dataSource).finally(() => {
        reading = undefined;
      }));
    const labelNames = ['queue', 'state'] as const;
    new Gauge({
      name: 'centroid_queue_jobs',
      help: 'Jobs that wait (created, retry) or are in hand (active)',
      labelNames,
      registers,
      async collect() {
        const waiting = await read();
        this.reset();
        for (const { queue, state, jobs } of waiting) this.set({ queue, state }, jobs);
      },
    });
    new Gauge({
      name: 'centroid_queue_oldest_seconds',
      help: 'Age of the oldest job in that state',
      labelNames,
      registers,
      async collect() {
        const waiting = await read();
        this.reset();
        for (const { queue, state, seconds } of waiting) this.set({ queue, state }, seconds);
      },
    });
  }
}

/** Nothing where the database does not answer in time. */
async function readQueue(dataSource: DataSource): Promise<Waiting[]> {
  const { promise: late, resolve } = Promise.withResolvers<Waiting[]>();
  const timer = setTimeout(() => {
    resolve([]);
  }, ANSWER_MS);
  const read = dataSource.query<Waiting[]>(
    `SELECT q.name AS queue, s.state, count(j.id)::int AS jobs,
       COALESCE(extract(epoch FROM now() - min(j.created_on)), 0)::float8 AS seconds
     FROM pgboss.queue q
     CROSS JOIN (VALUES ('created'), ('retry'), ('active')) AS s(state)
     LEFT JOIN pgboss.job j ON j.name = q.name AND j.state::text = s.state
     WHERE q.name NOT LIKE '\\_\\_%'
     GROUP BY q.name, s.state`,
  );
  try {
    return await Promise.race([read.catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}
