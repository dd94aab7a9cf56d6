/**
 * Runs a command with a PostgreSQL of its own, which is gone afterwards:
 *
 *     npm run with-postgres -- COMMAND [ARGUMENT...]
 *
 * The command finds it in TEST_DATABASE_URL, as a user who may create databases. The server runs in a temporary folder,
 * on a port that was free, as an unprivileged user also where this is run by root (PostgreSQL refuses to run as root).
 * Where PostgreSQL is missing and can be had from Debian, it is installed.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';
const START_LIMIT_MS = 60_000;
const isRoot = process.getuid?.() === 0;

/** The folder of `initdb` and `postgres`, the newest where there are several; undefined when there is none. */
function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

function install(): void {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return;
  console.log('PostgreSQL is missing: installing it');
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql'], options);
}

/** Whom the server runs as: an unprivileged user where this is root, and otherwise whoever this is. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (!isRoot) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const user = ['postgres:', 'nobody:'].map((name) => users.find((line) => line.startsWith(name))).find(Boolean);
  if (!user) throw new Error('There is neither a user "postgres" nor "nobody" to run PostgreSQL as.');
  const [, , uid, gid] = user.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes a server in the folder and starts it. The caller owns the process, also where this rejects. */
async function startServer(folder: string, own: (server: ChildProcess) => void): Promise<string> {
  if (!findPrograms()) install();
  const programs = findPrograms();
  if (!programs) throw new Error('PostgreSQL is missing: install it, or put the folder of initdb on the PATH.');
  const user = serverUser();
  const data = join(folder, 'data');
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) {
    chownSync(folder, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const authentication = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(programs, 'initdb'), ['-D', data, '--encoding=UTF8', '--no-sync', ...authentication], {
    cwd: folder,
    ...user,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const throwaway = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
  const flags = [...settings, ...throwaway].flatMap((setting) => ['-c', setting]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], {
    cwd: folder,
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  own(server);
  const log: string[] = [];
  server.stderr.on('data', (chunk: Buffer) => {
    log.push(chunk.toString());
    log.splice(0, log.length - 50);
  });
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const started = Date.now();
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() - started > START_LIMIT_MS) {
      throw new Error(`PostgreSQL does not start:\n${log.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return url;
}

/** Stops a process that was started here, and resolves once it is gone. */
async function stop(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

const folder = mkdtempSync(join(tmpdir(), 'centroid-postgres-'));
let server: ChildProcess | undefined;
let command: ChildProcess | undefined;

async function end(code: number): Promise<never> {
  await stop(command, 'SIGTERM');
  await stop(server, 'SIGQUIT'); // At once: nothing in it is worth keeping.
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void end(128 + constants.signals[signal]));
}

try {
  const [program, ...parameters] = process.argv.slice(2);
  if (!program) throw new Error('Which command? npm run with-postgres -- COMMAND [ARGUMENT...]');
  const url = await startServer(folder, (started) => (server = started));
  command = spawn(program, parameters, { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } });
  const [code, signal] = (await once(command, 'exit')) as [number | null, NodeJS.Signals | null];
  await end(code ?? 128 + constants.signals[signal ?? 'SIGTERM']);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await end(1);
}
