import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import path from 'node:path';
import { makeFolder } from '../common/folders.js';
import { LOG_FORMATS, LOG_LEVELS, type LogSettings } from '../common/logging.js';

export type Role = 'all' | 'api' | 'worker';
export type Algorithm = 'HS256' | 'HS384' | 'HS512';

/** The settings of one process, checked once at start. An abstract class, so that it can be injected by its name. */
export abstract class AppConfig {
  /** TCP port; 0 lets the system choose. */
  abstract readonly port: number;
  abstract readonly host: string;
  /** What clients type, without a trailing slash. */
  abstract readonly publicUrl: string;
  /** Absolute folder of the embedded database and of the generated secret. */
  abstract readonly dataDir: string;
  /** A PostgreSQL to use; undefined means the embedded database. */
  abstract readonly databaseUrl: string | undefined;
  /** Signs access tokens; at least 32 bytes. */
  abstract readonly secretKey: string;
  /** Signed them before; its tokens are accepted until they expire. */
  abstract readonly secretKeyPrevious: string | undefined;
  abstract readonly algorithm: Algorithm;
  abstract readonly accessTokenMinutes: number;
  abstract readonly refreshTokenDays: number;
  /** bcrypt's cost: each step doubles the work of a guess, and of a sign-in. */
  abstract readonly passwordCost: number;
  /** Whether anybody may open an account. */
  abstract readonly registration: 'open' | 'closed';
  /** Wrong passwords for an account from one address within 15 minutes. */
  abstract readonly loginFailures: number;
  /** Wrong passwords for an account from all addresses within 15 minutes. */
  abstract readonly accountFailures: number;
  /** New accounts from one address. */
  abstract readonly registrationsPerHour: number;
  /** Requests of one user, whatever their credentials. */
  abstract readonly requestsPerMinute: number;
  /** How long the record of what was done to accounts is kept. */
  abstract readonly auditDays: number;
  /** How long the answer to an `Idempotency-Key` is remembered. */
  abstract readonly idempotencyHours: number;
  /** How long the queue keeps a job that has ended. The run itself stays with its chat. */
  abstract readonly jobDays: number;
  /** Runs of one user that have not ended. */
  abstract readonly queuedRuns: number;
  /** Runs of one user that are carried out at the same time, on all workers together. */
  abstract readonly runningRuns: number;
  /** Proxies, by address or network, whose `X-Forwarded-*` headers count. */
  abstract readonly trustedProxies: readonly string[];
  /** One more web origin that may call the API with credentials. */
  abstract readonly webOrigin: string | undefined;
  abstract readonly role: Role;
  /** Bytes of the largest JSON body. */
  abstract readonly jsonLimitBytes: number;
  /** Bytes of the largest uploaded file. */
  abstract readonly uploadLimitBytes: number;
  /** Columns of the widest data set. */
  abstract readonly maxColumns: number;
  /** Bytes of stored data that one user may have. */
  abstract readonly userQuotaBytes: number;
  /** Processes that read uploads. */
  abstract readonly readers: number;
  /** Resident bytes that one of them may take. */
  abstract readonly readerMemoryBytes: number;
  /** Time that one of them has for a file. */
  abstract readonly readerDeadlineSeconds: number;
  /** Runs that one process has in hand at the same time; their trainings take turns on the engine's threads. */
  abstract readonly runsAtOnce: number;
  /** How often a training that goes on keeps where it stands. */
  abstract readonly checkpointSeconds: number;
  /** Threads that train; undefined leaves the choice to the engine. */
  abstract readonly engineThreads: number | undefined;
  /** Connections that this process may have open to the database, those of the queue aside. */
  abstract readonly databaseConnections: number;
  /** Undefined: `info`, and `warn` on a terminal. */
  abstract readonly logLevel: LogSettings['logLevel'] | undefined;
  /** Undefined: `json`, and `text` on a terminal. */
  abstract readonly logFormat: LogSettings['logFormat'] | undefined;
  /** Whoever bears it may read the metrics from elsewhere. */
  abstract readonly metricsToken: string | undefined;
  /** Where a worker answers for its health and metrics; undefined: nowhere. */
  abstract readonly workerPort: number | undefined;
  /** How long requests are still taken after the process was asked to end, so that a proxy notices first. */
  abstract readonly drainSeconds: number;
}

/** A setting is wrong: one sentence that names it. */
export class ConfigError extends Error {}

const MIN_SECRET_BYTES = 32;
const MIN_TOKEN_BYTES = 16;

/** Readers of single settings, each of which names what is wrong. */
function readers(env: NodeJS.ProcessEnv) {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const integer = <T>(name: string, fallback: T, min: number, max: number): number | T => {
    const raw = text(name);
    if (raw === undefined) return fallback;
    const value = Number(raw);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${raw}".`);
    }
    return value;
  };
  const oneOf = <T extends string, D>(name: string, values: readonly T[], fallback: D): T | D => {
    const raw = text(name);
    if (raw === undefined) return fallback;
    const found = values.find((value) => value === raw);
    if (!found) throw new ConfigError(`${name} must be one of ${values.join(', ')}, not "${raw}".`);
    return found;
  };
  const url = (name: string, protocols: readonly string[]): URL | undefined => {
    const raw = text(name);
    if (raw === undefined) return undefined;
    const parsed = URL.canParse(raw) ? new URL(raw) : undefined;
    // The value stays out of the message: a database address holds a password.
    if (!parsed || !protocols.includes(parsed.protocol)) {
      throw new ConfigError(
        `${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}.`,
      );
    }
    return parsed;
  };
  return { text, integer, oneOf, url };
}

/**
 * Reads where the database is, which is all that its own tools need to know.
 *
 * @throws ConfigError as {@link readConfig}
 */
export function readDatabaseConfig(env: NodeJS.ProcessEnv): Pick<AppConfig, 'databaseUrl' | 'dataDir'> {
  const { text, url } = readers(env);
  return {
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']) && text('DATABASE_URL'),
    dataDir: path.resolve(text('DATA_DIR') ?? './data'),
  };
}

/**
 * Reads every setting from the given environment.
 *
 * @param env the environment, `.env` already merged into it
 * @throws ConfigError at the first wrong setting, in one sentence that names it
 */
export function readConfig(env: NodeJS.ProcessEnv): AppConfig {
  const { text, integer, oneOf, url } = readers(env);
  const { databaseUrl, dataDir } = readDatabaseConfig(env);
  const port = integer('PORT', 3000, 0, 65535);
  const role = oneOf('ROLE', ['all', 'api', 'worker'] as const, 'all');
  if (role !== 'all' && !databaseUrl) {
    throw new ConfigError(`ROLE ${role} needs DATABASE_URL: the embedded database serves a single process.`);
  }
  const publicUrl = url('PUBLIC_URL', ['http:', 'https:']);
  return {
    port,
    host: text('HOST') ?? '127.0.0.1',
    publicUrl: publicUrl ? publicUrl.href.replace(/\/+$/, '') : `http://localhost:${port}`,
    dataDir,
    databaseUrl,
    secretKey: secretKey(text('SECRET_KEY'), databaseUrl, dataDir),
    secretKeyPrevious: longEnough('SECRET_KEY_PREVIOUS', text('SECRET_KEY_PREVIOUS')),
    algorithm: oneOf('ALGORITHM', ['HS256', 'HS384', 'HS512'] as const, 'HS256'),
    accessTokenMinutes: integer('ACCESS_TOKEN_MINUTES', 30, 1, 24 * 60),
    refreshTokenDays: integer('REFRESH_TOKEN_DAYS', 7, 1, 30),
    passwordCost: integer('PASSWORD_COST', 12, 10, 15),
    registration: oneOf('REGISTRATION', ['open', 'closed'] as const, 'open'),
    loginFailures: integer('LOGIN_FAILURES', 10, 1, 1_000_000),
    accountFailures: integer('ACCOUNT_FAILURES', 100, 1, 1_000_000),
    registrationsPerHour: integer('REGISTRATIONS_PER_HOUR', 10, 1, 1_000_000),
    requestsPerMinute: integer('REQUESTS_PER_MINUTE', 300, 1, 1_000_000),
    auditDays: integer('AUDIT_DAYS', 365, 90, 3650),
    idempotencyHours: integer('IDEMPOTENCY_HOURS', 24, 1, 24 * 365),
    jobDays: integer('JOB_DAYS', 1, 1, 365),
    queuedRuns: integer('QUEUED_RUNS', 20, 1, 1_000_000),
    runningRuns: integer('RUNNING_RUNS', 2, 1, 1000),
    trustedProxies: networks('TRUSTED_PROXIES', text('TRUSTED_PROXIES')),
    webOrigin: url('VITE_API_URL', ['http:', 'https:'])?.origin,
    role,
    jsonLimitBytes: integer('JSON_LIMIT_MB', 10, 1, 256) * 2 ** 20,
    uploadLimitBytes: integer('UPLOAD_LIMIT_MB', 1024, 1, 16384) * 2 ** 20,
    maxColumns: integer('MAX_COLUMNS', 4096, 1, 16384),
    userQuotaBytes: integer('USER_QUOTA_MB', 5120, 1, 2 ** 20) * 2 ** 20,
    readers: integer('READERS', 2, 1, 64),
    readerMemoryBytes: integer('READER_MEMORY_MB', 512, 128, 65536) * 2 ** 20,
    readerDeadlineSeconds: integer('READER_DEADLINE_SECONDS', 120, 1, 3600),
    runsAtOnce: integer('RUNS_AT_ONCE', 1, 1, 64),
    checkpointSeconds: integer('CHECKPOINT_SECONDS', 15, 1, 3600),
    engineThreads: integer('ENGINE_THREADS', undefined, 1, 64),
    databaseConnections: integer('DATABASE_CONNECTIONS', 10, 2, 1000),
    logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, undefined),
    logFormat: oneOf('LOG_FORMAT', LOG_FORMATS, undefined),
    metricsToken: longEnough('METRICS_TOKEN', text('METRICS_TOKEN'), MIN_TOKEN_BYTES),
    workerPort: integer('WORKER_PORT', undefined, 0, 65535),
    drainSeconds: integer('DRAIN_SECONDS', 0, 0, 300),
  };
}

/**
 * The signing key: as set, or, on the embedded database, made at the first start and kept in `DATA_DIR`, readable by
 * its owner alone, so that a restart does not sign everybody out.
 */
function secretKey(set: string | undefined, databaseUrl: string | undefined, dataDir: string): string {
  const key = longEnough('SECRET_KEY', set);
  if (key !== undefined) return key;
  if (databaseUrl) {
    throw new ConfigError(
      `SECRET_KEY must be set (at least ${MIN_SECRET_BYTES} bytes) when DATABASE_URL is: every process has to sign alike.`,
    );
  }
  const file = path.join(dataDir, 'secret.key');
  let kept: string;
  try {
    makeFolder(dataDir);
    try {
      // Exclusive: of two first starts at once, one makes the key and the other reads it.
      writeFileSync(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    keepPrivate(file);
    kept = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`DATA_DIR (${dataDir}) cannot be used: ${(error as Error).message}.`);
  }
  if (Buffer.byteLength(kept) < MIN_SECRET_BYTES) {
    throw new ConfigError(`The file ${file} is damaged: delete it, and everybody signs in anew, or set SECRET_KEY.`);
  }
  return kept;
}

/** A copy or a restored backup may have come with the permissions of any other file. */
function keepPrivate(file: string): void {
  const mode = statSync(file).mode & 0o777;
  // Windows has no such permissions.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  chmodSync(file, 0o600);
  process.emitWarning(
    `${file} could be read by others (mode ${mode.toString(8).padStart(4, '0')}), and is now its owner's alone. ` +
      'If somebody else may have read it, delete it: everybody signs in anew.',
    'SecretKeyWarning',
  );
}

function longEnough(name: string, key: string | undefined, bytes = MIN_SECRET_BYTES): string | undefined {
  if (key === undefined || Buffer.byteLength(key) >= bytes) return key;
  throw new ConfigError(`${name} must be at least ${bytes} bytes long.`);
}

function networks(name: string, list: string | undefined): string[] {
  const all = (list ?? '').split(',').flatMap((each) => each.trim() || []);
  for (const each of all) {
    const slash = each.indexOf('/');
    const family = isIP(slash < 0 ? each : each.slice(0, slash));
    const bits = slash < 0 ? 0 : Number(/^\/(\d{1,3})$/.exec(each.slice(slash))?.[1] ?? Infinity);
    if (family === 0 || bits > (family === 4 ? 32 : 128)) {
      throw new ConfigError(`${name} must be addresses or networks such as 10.0.0.1 or 10.0.0.0/8, not "${each}".`);
    }
  }
  return all;
}
