import { existsSync } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type ListenOptions } from 'node:net';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { makeFolder } from '../../common/folders.js';
import { FolderLock } from './folder-lock.js';
import { Gate } from './gate.js';
import { MAX_LOG_MB } from './housekeeping.js';
import { Session } from './session.js';

/** What the thread is started with. */
export interface EmbeddedSettings {
  /** Made if missing; only its owner may enter. */
  folder: string;
  /** The Unix socket; undefined where there can be none. */
  socket: string | undefined;
  /** The port on the loopback interface, where there is no socket; 0 lets the system choose. */
  port: number;
  /** Asked for on the loopback interface only. */
  password: string | undefined;
  waitingLimitMs: number;
  housekeepingMs: number;
}

/** What the thread tells; `ready` with the port on the loopback interface, 0 with a Unix socket. */
export type EmbeddedMessage = { type: 'ready'; port: number } | { type: 'failed'; message: string };

const STOP_GRACE_MS = 5000;

/** The tail of what the database says for itself: the reason, when it does not start. */
const said: string[] = [];

async function open(folder: string): Promise<PGlite> {
  const database = new PGlite(folder, {
    startParams: [
      ...PGlite.defaultStartParams,
      '-c',
      'shared_buffers=32MB',
      '-c',
      `max_wal_size=${MAX_LOG_MB}MB`,
      '-c',
      'min_wal_size=32MB',
    ],
    debug: 0,
    onStderr: (text) => {
      if (/FATAL|PANIC|HINT|DETAIL/.test(text)) said.push(text.replace(/^.*?(FATAL|PANIC|HINT|DETAIL):\s*/, ''));
      return false;
    },
  });
  await database.waitReady;
  return database;
}

/** Makes the database beside its place and moves it there whole: a start cut short leaves nothing that looks like one. */
async function openOrMake(folder: string): Promise<PGlite> {
  const place = join(folder, 'postgres');
  if (!existsSync(place)) {
    const making = join(folder, 'postgres.making');
    await rm(making, { recursive: true, force: true });
    await (await open(making)).close();
    await rename(making, place);
  }
  return open(place);
}

async function serve(settings: EmbeddedSettings): Promise<void> {
  try {
    makeFolder(settings.folder);
    await chmod(settings.folder, 0o700); // The database makes its files readable for all.
  } catch (error) {
    throw new Error(`DATA_DIR (${dirname(settings.folder)}) cannot be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const lock = FolderLock.take(join(settings.folder, 'lock'), settings.folder);
  const session = new Session(await openOrMake(settings.folder));
  const gate = new Gate(session, {
    password: settings.password,
    parameters: await session.parameters(),
    waitingLimitMs: settings.waitingLimitMs,
    housekeepingMs: settings.housekeepingMs,
    onBroken: fail,
  });
  const server = createServer({ noDelay: true }, (socket) => {
    gate.accept(socket);
  });
  let listen: ListenOptions = { host: '127.0.0.1', port: settings.port };
  if (settings.socket !== undefined) {
    await rm(settings.socket, { force: true }); // Left by a process that was killed: the lock is ours.
    listen = { path: settings.socket };
  }
  server.on('error', fail);
  await new Promise<void>((resolve) => server.listen(listen, resolve));
  parentPort!.once('message', () => {
    void (async () => {
      server.close();
      await gate.empty(STOP_GRACE_MS);
      await session.close();
      lock.release();
      process.exit(0);
    })().catch(fail);
  });
  const port = settings.socket === undefined ? (server.address() as AddressInfo).port : 0;
  parentPort!.postMessage({ type: 'ready', port } satisfies EmbeddedMessage);
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const message = [reason, ...said.slice(-3)].join(' ');
  parentPort!.postMessage({ type: 'failed', message } satisfies EmbeddedMessage);
  process.exit(1);
}

await serve(workerData as EmbeddedSettings).catch(fail);
