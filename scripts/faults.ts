/**
 * What surrounds the service goes wrong, one thing after the other, and it has to say so clearly and to recover:
 *
 *     npm run faults [-- --short] [NAME...]
 *
 * `disk` needs root, for it mounts small disks; `--short` makes the pause of the database short.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Server } from './faults/server.ts';
import { Stage } from './faults/stage.ts';

const { values: options, positionals } = parseArgs({
  options: { short: { type: 'boolean' } },
  allowPositionals: true,
});
const PAUSE_MS = options.short ? 6000 : 30_000;
const url = process.env.TEST_DATABASE_URL;
if (!url) throw new Error('TEST_DATABASE_URL is not set: npm run with-postgres brings a server.');
const server = new Server(url);

const SCENARIOS: Record<string, (stage: Stage) => Promise<void>> = {
  async 'out of connections'(stage) {
    await stage.open();
    const run = await stage.start();
    const taken = await server.exhaust(stage.name);
    await server.cut(stage.name);
    // Whoever else may connect is quicker than the service.
    taken.push(...(await server.exhaust(stage.name)));
    await stage.refuses('GET', '/chats');
    assert.equal(await stage.health('ready'), 503);
    assert.equal(await stage.health('live'), 200);
    await Promise.all(taken.map((client) => client.end()));
    await stage.recovers();
    await stage.succeeds(run);
  },

  async 'a database that can only be read'(stage) {
    await stage.open();
    const run = await stage.start();
    await server.query(`ALTER DATABASE ${stage.name} SET default_transaction_read_only = on`);
    await server.cut(stage.name);
    await sleep(500);
    await stage.refuses('POST', '/chats', { title: 'x' });
    assert.equal(await stage.health('ready'), 503);
    assert.equal(await stage.health('live'), 200);
    await server.query(`ALTER DATABASE ${stage.name} RESET default_transaction_read_only`);
    await server.cut(stage.name);
    await stage.recovers();
    await stage.succeeds(run);
    await stage.succeeds(await stage.start(1));
  },

  async 'a database that pauses'(stage) {
    await stage.open();
    const run = await stage.start();
    await stage.until(run, ({ status }) => status === 'running');
    const processes = await server.processes();
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    const asked = Promise.all(Array.from({ length: 20 }, () => stage.client.once('GET', '/chats')));
    try {
      await sleep(PAUSE_MS);
      assert.equal(await stage.health('ready'), 503);
      assert.equal(await stage.health('live'), 200);
    } finally {
      for (const pid of processes.reverse()) process.kill(pid, 'SIGCONT');
    }
    await stage.recovers();
    // Answered late, refused with 503, or given up by a caller who does not wait so long; never anything else.
    for (const answer of await asked) assert.ok(!answer || [200, 503].includes(answer.status), JSON.stringify(answer));
    await stage.succeeds(run);
    const centers = await stage.client.all(`/chats/${stage.chatId}/centers`);
    assert.equal(centers.length, 1, 'the run is done once');
  },

  async 'disk of the database full'(stage) {
    await withDisk('96m', postgresUser(), async (folder) => {
      await server.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
      try {
        await stage.open({}, 'small');
        const rows = Array.from({ length: 40_000 }, (_, i) => [
          Math.sin(i),
          Math.cos(i),
          Math.sin(i * 3),
          Math.sin(i * 7),
        ]);
        const path = `/chats/${stage.chatId}/datasets`;
        const stored: string[] = [];
        let refused: { status: number; body: unknown } | undefined;
        while (!refused) {
          const answer = await stage.client.once('POST', path, { rows });
          if (answer?.status === 201) stored.push((answer.body as { id: string }).id);
          else refused = answer;
          assert.ok(stored.length < 200, 'the disk gets full');
        }
        assert.deepEqual([refused.status, (refused.body as { code: string }).code], [503, 'service.disk_full']);
        // What does not need room goes on, and what was refused has left nothing.
        const shown = await stage.client.all<{ id: string }>(path);
        assert.equal(shown.length, stored.length + 1);
        await server.query(`ALTER DATABASE ${stage.name} SET default_transaction_read_only = off`);
        for (const id of stored) await stage.client.once('DELETE', `/datasets/${id}`);
        assert.equal((await stage.client.all(path)).length, 1);
        assert.equal(await stage.health('live'), 200);
      } finally {
        await stage.close();
        await server.query('DROP TABLESPACE small');
      }
    });
  },

  async 'disk of the machine full'(stage) {
    await withDisk('8m', undefined, async (folder) => {
      try {
        await stage.open({ DATA_DIR: folder });
        const form = new FormData();
        form.set('file', new Blob(['a,b\n', '1.25,2.5\n'.repeat(2_000_000)]), 'large.csv');
        const answer = await fetch(`${stage.service.url}/api/v1/chats/${stage.chatId}/datasets`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${stage.client.token}` },
          body: form,
        });
        assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [503, 'service.disk_full']);
        const left = readdirSync(join(folder, 'uploads')).map((file) => statSync(join(folder, 'uploads', file)).size);
        assert.deepEqual(left, [], 'nothing is left behind');
        assert.equal((await stage.client.all(`/chats/${stage.chatId}/datasets`)).length, 1);
        await stage.succeeds(await stage.start(1));
      } finally {
        await stage.close();
      }
    });
  },

  async 'a clock that is stepped'(stage) {
    await stage.open({ NODE_OPTIONS: `--import ${join(import.meta.dirname, 'faults/clock.mjs')}` });
    const run = await stage.start();
    process.kill(stage.service.pid, 'SIGUSR2'); // An hour ahead: tokens have expired.
    await sleep(1200); // That a token is good is known for a second.
    assert.equal((await stage.client.once('GET', '/chats'))?.status, 401);
    await stage.client.signIn('faults');
    await stage.succeeds(run);
    const next = await stage.start(300);
    process.kill(stage.service.pid, 'SIGUSR2'); // An hour behind what it was in the beginning.
    await sleep(200);
    await stage.client.signIn('faults');
    await stage.succeeds(next);
    await stage.succeeds(await stage.start(1));
    assert.equal(await stage.health('ready'), 200);
  },

  async 'jobs of another version'(stage) {
    await stage.open();
    const database = new Server(server.at(stage.name));
    try {
      const run = await stage.start(10_000);
      await stage.until(run, ({ status }) => status === 'running');
      const waiting = await stage.start(1);
      // As an older version may have written them, and one whose run is gone.
      await database.query(`UPDATE pgboss.job SET data = '{"v": 0}' WHERE id = $1`, [waiting]);
      await database.query(
        `INSERT INTO pgboss.job (id, name, data) VALUES (gen_random_uuid(), 'runs', '{"run": "of yore"}'),
           (gen_random_uuid(), 'runs', NULL)`,
      );
      await stage.client.post(`/runs/${run}/cancel`, {});
      await stage.succeeds(waiting);
      await stage.succeeds(await stage.start(1));
      await sleep(3000);
      const states = await database.query<{ state: string; n: number }>(
        `SELECT state::text, count(*)::int AS n FROM pgboss.job WHERE name = 'runs' GROUP BY state`,
      );
      assert.deepEqual(states, [{ state: 'completed', n: 5 }]);
    } finally {
      await database.admin.end();
    }
  },

  async 'a thousand subscribers, and one that never reads'(stage) {
    await stage.open();
    const run = await stage.start(10_000);
    await stage.until(run, ({ status }) => status === 'running');
    const { hostname, port } = new URL(stage.service.url);
    const authorization = `Authorization: Bearer ${stage.client.token}`;
    const request = `GET /api/v1/runs/${run}/events HTTP/1.1\r\nHost: x\r\n${authorization}\r\n\r\n`;
    const deaf = connect(Number(port), hostname);
    deaf.on('error', () => undefined);
    deaf.pause();
    deaf.write(request);
    const before = memoryOf(stage.service.pid);
    const ends = Array.from({ length: 1000 }, async () => {
      const socket = connect(Number(port), hostname);
      socket.setEncoding('utf8').write(request);
      let tail = '';
      for await (const text of socket) {
        tail = (tail + String(text)).slice(-20_000);
        if (tail.includes('event: cancelled')) break;
      }
      socket.destroy();
      assert.ok(tail.includes('event: cancelled'), 'told how it ended');
      return performance.now();
    });
    await sleep(4000);
    const began = performance.now();
    assert.equal((await stage.client.once('GET', '/chats'))?.status, 200);
    const grown = memoryOf(stage.service.pid) - before;
    await stage.client.post(`/runs/${run}/cancel`, {});
    const cancelled = performance.now();
    const last = Math.max(...(await Promise.all(ends))) - cancelled;
    console.log(
      `    a request took ${Math.round(cancelled - began)} ms, the last of 1,000 heard ${Math.round(last)} ms later, ` +
        `memory grew by ${Math.round(grown)} MB`,
    );
    assert.ok(grown < 300, `memory grew by ${grown} MB`);
    assert.ok(last < 5000, `the last heard of it ${last} ms later`);
    // The one that never reads does not hold up the stop either.
    const stopping = performance.now();
    await stage.service.signal('SIGTERM');
    assert.ok(performance.now() - stopping < 20_000, 'it stops');
    deaf.destroy();
  },
};

/** Resident megabytes of a process. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function postgresUser(): number {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((user) => user.startsWith('postgres:'));
  return Number(line?.split(':')[2] ?? 0);
}

async function withDisk(
  size: string,
  owner: number | undefined,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'centroid-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'none', folder]);
  try {
    if (owner !== undefined) chownSync(folder, owner, owner);
    await work(folder);
  } finally {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

let failed = 0;
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (positionals.length > 0 && !positionals.some((word) => name.includes(word))) continue;
  if (name.startsWith('disk') && process.getuid?.() !== 0) {
    console.log(`  left out, for it needs root: ${name}`);
    continue;
  }
  const stage = new Stage(server);
  const began = performance.now();
  try {
    await scenario(stage);
    console.log(`  ok     ${name} (${Math.round((performance.now() - began) / 1000)} s)`);
  } catch (error) {
    failed++;
    console.log(`  FAULT  ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    if (!name.startsWith('disk'))
      await stage.close().catch((error: unknown) => {
        console.log(`         ${String(error)}`);
      });
  }
}
await server.admin.end();
process.exitCode = failed === 0 ? 0 : 1;
