import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const ENTRY = resolve(import.meta.dirname, '../../dist/src/main.js');
const SECRET_KEY = 'for-tests-only-'.repeat(4);

interface Refusal {
  code: unknown;
  stdout: string;
  stderr: string;
}

/** What an operator sees of a start that fails. */
function start(settings: NodeJS.ProcessEnv): Promise<Refusal> {
  const { PATH, HOME } = process.env;
  return new Promise((done) => {
    // A folder where no .env lies.
    const options = { env: { PATH, HOME, ...settings }, cwd: import.meta.dirname, timeout: 60_000 };
    execFile(process.execPath, [ENTRY], options, (error, stdout, stderr) => {
      done({ code: error?.code, stdout, stderr });
    });
  });
}

const refusal = (sentence: string): Refusal => ({
  code: 1,
  stdout: '',
  stderr: `\nCentroid cannot start. ${sentence}\n\n`,
});

describe('A start that cannot succeed ends with one sentence, which names the setting', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it.each([{}, { SECRET_KEY }])('where no folder can be made, with %j', async (settings) => {
    expect(await start({ DATA_DIR: '/proc/nowhere', ...settings })).toEqual(
      refusal(`DATA_DIR (/proc/nowhere) cannot be used: ENOENT: no such file or directory, mkdir '/proc/nowhere'.`),
    );
  });

  it('where the database cannot be reached', async () => {
    const DATABASE_URL = 'postgres://nobody:secret@127.0.0.1:1/centroid';
    expect(await start({ DATABASE_URL, SECRET_KEY })).toEqual(
      refusal('DATABASE_URL: the database centroid at 127.0.0.1:1 refuses: connect ECONNREFUSED 127.0.0.1:1.'),
    );
  });

  it('where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => other.once('listening', listening));
    const { port } = other.address() as { port: number };
    try {
      expect(await start({ ...database.env, SECRET_KEY, PORT: String(port) })).toEqual(
        refusal(`PORT ${port} on 127.0.0.1 is in use: set PORT to a free one.`),
      );
    } finally {
      other.close();
    }
  });
});
