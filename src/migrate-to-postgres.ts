import './config/node-version.js';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, readDatabaseConfig } from './config/app-config.js';
import { DatabaseStartError, ServiceDataSource } from './database/data-source.js';
import { copyTables, CopyRefusedError } from './database/copy-tables.js';
import { JobQueue } from './database/queue/job-queue.js';
import { RUN_QUEUE, RUN_QUEUE_SETTINGS, type RunJob } from './training/training.queue.js';

/** Counted anew from the first request on. */
const LEFT_OUT = ['migrations', 'rate_limits'];

// npm run migrate:to-postgres: everything in the embedded database of DATA_DIR goes to the PostgreSQL of DATABASE_URL.
try {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { databaseUrl, dataDir } = readDatabaseConfig(process.env);
  if (databaseUrl === undefined) throw new ConfigError('DATABASE_URL must be set: it says where everything is to go.');
  if (!existsSync(path.join(dataDir, 'database'))) {
    throw new ConfigError(`DATA_DIR (${dataDir}) holds no embedded database.`);
  }
  await move(dataDir, databaseUrl);
} catch (error) {
  const foreseen = [ConfigError, DatabaseStartError, CopyRefusedError].some((type) => error instanceof type);
  process.stderr.write(
    `\nNothing was moved. ${foreseen ? (error as Error).message : String((error as Error).stack)}\n\n`,
  );
  process.exitCode = 1;
}

async function move(dataDir: string, databaseUrl: string): Promise<void> {
  const source = await new ServiceDataSource({ dataDir, databaseUrl: undefined }, []).initialize();
  try {
    await source.runMigrations();
    const target = await new ServiceDataSource({ dataDir, databaseUrl }, []).initialize();
    try {
      await target.runMigrations();
      const queue = await JobQueue.start(target);
      try {
        await queue.declare(RUN_QUEUE, { ...RUN_QUEUE_SETTINGS });
        const counts = await copyTables(source.connectionString, target.connectionString, LEFT_OUT);
        const waiting = await enqueueRuns(target, queue);
        for (const [table, rows] of counts) process.stdout.write(`${String(rows).padStart(10)}  ${table}\n`);
        process.stdout.write(`
Everything is in ${new URL(databaseUrl).pathname.slice(1)}; ${waiting} runs that had not ended wait there for a worker.
Start the service with DATABASE_URL, and with SECRET_KEY set to what ${path.join(dataDir, 'secret.key')} holds, if it
was generated: whoever is signed in stays so. The embedded database is as it was; delete it when you have seen all is well.
`);
      } finally {
        await queue.beforeApplicationShutdown();
      }
    } finally {
      await target.destroy();
    }
  } finally {
    await source.destroy();
  }
}

/** The queue is not copied: what has not ended is asked for anew, oldest first. */
async function enqueueRuns(target: ServiceDataSource, queue: JobQueue): Promise<number> {
  return target.transaction(async (manager) => {
    await manager.query(`UPDATE runs SET status = 'queued' WHERE status = 'running'`);
    const runs = await manager.query<{ id: string; user_id: string; waiting: number }[]>(
      `SELECT id, user_id, row_number() OVER (PARTITION BY user_id ORDER BY id)::int - 1 AS waiting
       FROM runs WHERE status = 'queued' ORDER BY id`,
    );
    for (const { id, user_id: userId, waiting } of runs) {
      const job: RunJob = { userId, runId: id };
      await queue.enqueue(manager, RUN_QUEUE, job, { id, priority: -waiting, group: { id: userId } });
    }
    return runs.length;
  });
}
