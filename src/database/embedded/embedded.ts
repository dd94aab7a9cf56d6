import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerEntry } from '../../common/worker-entry.js';
import type { EmbeddedMessage, EmbeddedSettings } from './embedded.worker.js';

/** An embedded database that runs. */
export interface EmbeddedDatabase {
  /** For any PostgreSQL client in this process, or outside it that may enter the folder. */
  connectionString: string;
  /** Lets open transactions end for a few seconds, then closes the database and gives the folder free. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** How long a transaction may be silent while others wait, before these are refused. @default 10000 */
  waitingLimitMs?: number;
  /** How often to look whether the log or a table needs tidying. @default 10000 */
  housekeepingMs?: number;
  /** False for the loopback interface with a random password, the way where Unix sockets are not to be had. */
  unixSocket?: boolean;
  /** The database broke down after it had started, and could not be started again. */
  onFailure?: (error: Error) => void;
}

/** The embedded database does not start: one sentence that says why. */
export class EmbeddedDatabaseError extends Error {}

/** A Unix socket's address holds 108 bytes on Linux and 104 on macOS, a zero byte at the end included. */
const MAX_SOCKET_PATH = 103;
/** A database that breaks down sooner than this after its start is not started again. */
const MIN_RUN_MS = 1000;
const USER = 'centroid';

/**
 * Starts the embedded PostgreSQL in a thread of its own, made at its first start in `dataDir/database`.
 *
 * It is for one process: a second one that opens the same folder is refused. It never calls fsync: what was acknowledged
 * outlives this process, however that ends, but not a power cut. For more than that there is PostgreSQL itself.
 *
 * @param dataDir the data folder, made if missing
 * @throws EmbeddedDatabaseError when the folder is in use, cannot be written to, or was made by another major version
 */
export async function startEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const folder = resolve(dataDir, 'database');
  const path = join(folder, '.s.PGSQL.5432');
  const unix = options.unixSocket ?? (process.platform !== 'win32' && Buffer.byteLength(path) <= MAX_SOCKET_PATH);
  const password = unix ? undefined : randomBytes(24).toString('base64url');
  const settings: EmbeddedSettings = {
    folder,
    socket: unix ? path : undefined,
    port: 0,
    password,
    waitingLimitMs: options.waitingLimitMs ?? 10_000,
    housekeepingMs: options.housekeepingMs ?? 10_000,
  };
  const keeper = new Keeper(settings, options.onFailure);
  await keeper.start();
  return {
    connectionString: unix
      ? `postgresql://${USER}@localhost:5432/postgres?host=${encodeURIComponent(folder)}`
      : `postgresql://${USER}:${password ?? ''}@127.0.0.1:${settings.port}/postgres`,
    stop: () => keeper.stop(),
  };
}

/** Keeps the thread running: a database that breaks down is started anew, and recovers by its log. */
class Keeper {
  readonly #settings: EmbeddedSettings;
  readonly #onFailure: EmbeddedOptions['onFailure'];
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;
  #startedAnew = false;

  constructor(settings: EmbeddedSettings, onFailure: EmbeddedOptions['onFailure']) {
    this.#settings = settings;
    this.#onFailure = onFailure;
  }

  /** Settles once the thread serves, or fails to. */
  start(): Promise<void> {
    const worker = new Worker(workerEntry(import.meta.url, './embedded.worker.js'), {
      workerData: this.#settings,
      // Node 24 warns of its own SQLite; the thread shall not.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker = worker;
    let readyAt = Infinity;
    let reason = 'The embedded database ended';
    return new Promise((resolve, reject) => {
      worker.on('message', (message: EmbeddedMessage) => {
        if (message.type === 'failed') {
          reason = message.message;
        } else {
          this.#settings.port = message.port;
          readyAt = performance.now();
          // It ends with the process rather than keep it alive: stop() is the clean way, and a kill loses nothing.
          worker.unref();
          resolve();
        }
      });
      worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
      this.#exited = new Promise((exited) => {
        worker.on('exit', () => {
          exited();
          if (readyAt === Infinity) reject(new EmbeddedDatabaseError(reason));
          else if (!this.#stopping) this.#restart(new EmbeddedDatabaseError(reason), performance.now() - readyAt);
        });
      });
    });
  }

  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#worker?.ref();
      this.#worker?.postMessage('stop');
    }
    await this.#exited;
  }

  #restart(error: Error, ranForMs: number): void {
    // One that breaks down soon after it was started anew would do so for ever.
    if (this.#startedAnew && ranForMs < MIN_RUN_MS) {
      this.#onFailure?.(error);
      return;
    }
    this.#startedAnew = true;
    this.start().catch(() => this.#onFailure?.(error));
  }
}
