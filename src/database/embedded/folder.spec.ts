import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { workerEntry } from '../../common/worker-entry.js';
import { startEmbedded } from './embedded.js';

const EMBEDDED = workerEntry(import.meta.url, './embedded.js').href;

/** Runs a program that has `start(dataDir)`; gives what it wrote, once it has ended. */
function run(program: string, onOutput?: (output: string, kill: () => void) => void): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    onOutput?.(output, () => child.kill('SIGKILL'));
  });
  return new Promise((resolve) =>
    child.on('close', () => {
      resolve(output);
    }),
  );
}

describe('the data folder', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'centroid-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('keeps every acknowledged row over kills', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= 4; round++) {
      const output = await run(
        `
        const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
        const { Client } = (await import('pg')).default;
        const { connectionString } = await startEmbedded(${JSON.stringify(dataDir)});
        const client = new Client({ connectionString });
        await client.connect();
        await client.query('CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY)');
        for (let id = ${acknowledged + 1}; ; id++) {
          await client.query('INSERT INTO kept VALUES ($1) ON CONFLICT DO NOTHING', [id]);
          console.log(id);
        }`,
        (output, kill) => {
          if (output.length > 2000 * round) kill();
        },
      );
      acknowledged = Number(output.trimEnd().split('\n').slice(0, -1).pop());
      const database = await startEmbedded(dataDir);
      const client = new Client({ connectionString: database.connectionString });
      await client.connect();
      const { rows } = await client.query('SELECT count(*)::int AS n FROM kept WHERE id <= $1', [acknowledged]);
      await client.end();
      await database.stop();
      expect(acknowledged).toBeGreaterThan(300 * round);
      expect(rows).toEqual([{ n: acknowledged }]);
    }
  }, 60_000);

  it('is as before after a first start that was cut short', async () => {
    for (const afterMs of [300, 700, 1000]) {
      const program = `
        const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
        console.log('starts');
        await startEmbedded(${JSON.stringify(dataDir)});`;
      await run(program, (_output, kill) => {
        setTimeout(kill, afterMs);
      });
    }
    const database = await startEmbedded(dataDir);
    const client = new Client({ connectionString: database.connectionString });
    await client.connect();
    expect((await client.query('SELECT 1 AS x')).rows).toEqual([{ x: 1 }]);
    await client.end();
    await database.stop();
  }, 30_000);

  it('names the folder when it cannot be made', async () => {
    await expect(startEmbedded('/dev/null/data')).rejects.toThrow('/dev/null/data');
  });

  it('refuses a second process, and a second start in this one, in one sentence', async () => {
    const database = await startEmbedded(dataDir);
    const sentence =
      `The embedded database in ${join(dataDir, 'database')} is in use by another process (pid ${process.pid}): ` +
      'stop that one, or give this one a DATA_DIR of its own.';
    await expect(startEmbedded(dataDir)).rejects.toThrow(sentence);
    const output = await run(`
      const { startEmbedded } = await import(${JSON.stringify(EMBEDDED)});
      await startEmbedded(${JSON.stringify(dataDir)}).catch((error) => console.log(error.message));`);
    expect(output.trim()).toBe(sentence);
    await database.stop();
  });
});
