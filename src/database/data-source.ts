import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions, type Migration, type MigrationInterface } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { type EmbeddedDatabase, EmbeddedDatabaseError, startEmbedded } from './embedded/embedded.js';
import { SnakeNamingStrategy } from './naming.js';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;
export type DatabaseConfig = Pick<AppConfig, 'databaseUrl' | 'dataDir'> &
  Partial<Pick<AppConfig, 'databaseConnections'>>;

/** The database cannot be used: one sentence that says why. */
export class DatabaseStartError extends Error {}

/** Any number that nothing else on the same database locks by: "centroid" in ASCII. */
const MIGRATION_LOCK = '7161119076091029860';
const MIGRATIONS = join(import.meta.dirname, 'migrations');

/**
 * The service's database: the PostgreSQL at `databaseUrl`, or, without one, the embedded database in `dataDir`, which
 * starts and stops with it.
 */
export class ServiceDataSource extends DataSource {
  readonly #config: DatabaseConfig;
  #embedded: EmbeddedDatabase | undefined;

  constructor(config: DatabaseConfig, entities: PostgresOptions['entities']) {
    super({
      type: 'postgres',
      url: config.databaseUrl,
      entities,
      namingStrategy: new SnakeNamingStrategy(),
      applicationName: 'centroid',
      connectTimeoutMS: 30_000,
      ...(config.databaseConnections !== undefined && { poolSize: config.databaseConnections }),
      poolErrorHandler: (error: Error) => {
        new Logger('Database').warn(error.message);
      },
      // The service makes its ids; and no extension is to be installed for what PostgreSQL can do by itself.
      uuidExtension: 'pgcrypto',
      installExtensions: false,
    });
    this.#config = config;
  }

  /** Whether this is the embedded database, which serves this process alone. */
  get isEmbedded(): boolean {
    return this.#config.databaseUrl === undefined;
  }

  /** Where any client of PostgreSQL finds the database, once it is initialized. */
  get connectionString(): string {
    const connectionString = this.#config.databaseUrl ?? this.#embedded?.connectionString;
    if (connectionString === undefined) throw new Error('The data source is not initialized');
    return connectionString;
  }

  /** @throws DatabaseStartError when the database cannot be reached or opened */
  override async initialize(): Promise<this> {
    this.setOptions({ migrations: await loadMigrations() });
    try {
      if (this.isEmbedded) {
        this.#embedded = await startEmbedded(this.#config.dataDir, { onFailure: endProcess });
        this.setOptions({ url: this.#embedded.connectionString });
      }
      return await super.initialize();
    } catch (error) {
      await this.#stopEmbedded();
      throw this.#explain(error);
    }
  }

  override async destroy(): Promise<void> {
    try {
      await super.destroy();
    } finally {
      await this.#stopEmbedded();
    }
  }

  /** Several processes may start at once: one migrates, the others wait and find it done. */
  override runMigrations(options?: Parameters<DataSource['runMigrations']>[0]): Promise<Migration[]> {
    return this.exclusively(() => super.runMigrations({ transaction: 'each', ...options }));
  }

  /** Changes the schema while no other process does. */
  async exclusively<Result>(change: () => Promise<Result>): Promise<Result> {
    // On the embedded database the lock means nothing, nor need it: there is no other process.
    const runner = this.createQueryRunner();
    try {
      await runner.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
      try {
        return await change();
      } finally {
        await runner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
      }
    } finally {
      await runner.release();
    }
  }

  async #stopEmbedded(): Promise<void> {
    await this.#embedded?.stop();
    this.#embedded = undefined;
  }

  #explain(error: unknown): unknown {
    if (error instanceof EmbeddedDatabaseError) return new DatabaseStartError(error.message);
    // Whatever the operating system or the server says of the connection has a code; mistakes in the code have none.
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || this.#config.databaseUrl === undefined) return error;
    const { host, pathname } = new URL(this.#config.databaseUrl);
    return new DatabaseStartError(
      `DATABASE_URL: the database ${pathname.slice(1)} at ${host} refuses: ${message || code}.`,
    );
  }
}

/** Every migration in the folder, so that none can be forgotten in a list. */
async function loadMigrations(): Promise<(new () => MigrationInterface)[]> {
  const files = (await readdir(MIGRATIONS)).filter((file) => /^\d{13}-\w+\.(js|ts)$/.test(file)).sort();
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(MIGRATIONS, file)).href) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((module) =>
    Object.values(module).filter((value): value is new () => MigrationInterface => typeof value === 'function'),
  );
}

/** Without its database this process is of no use, and whoever watches over it may start it anew. */
function endProcess(error: Error): void {
  new Logger('Database').fatal(`The embedded database broke down and could not be started again: ${error.message}`);
  process.exitCode = 1;
  process.kill(process.pid, 'SIGTERM');
}
