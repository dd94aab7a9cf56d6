/**
 * How long the service takes from the request to the stored, profiled data set, beside pandas' `read_csv` and
 * `describe` on the same file, in turns; and what memory that takes:
 *
 *     npm run with-postgres -- node bench/reading.ts [--rows 1000000] [--columns 16] [--rounds 3] [--peer python3]
 *
 * The service is started from `dist` on the PostgreSQL in TEST_DATABASE_URL. `--peer none` leaves pandas out, as for a
 * file of a gibibyte, of which only the memory is asked.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { children, peakMiB, ROOT, startBenchService } from './bench-service.ts';
import { writeTable } from './table-file.ts';

interface PeerReport {
  seconds: number;
  peakMiB: number;
  version: string;
}

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    peer: { type: 'string', default: process.env.PYTHON ?? 'python3' },
  },
});

/** Sends a file as a form in large pieces, which costs less than `fetch` does: the clock is the service's. */
async function upload(url: string, headers: object, file: string): Promise<{ id: string; rowCount: number }> {
  const boundary = randomUUID();
  const before = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="numbers.csv"\r\n\r\n`;
  const after = `\r\n--${boundary}--\r\n`;
  const sending = request(url, {
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      // As curl, browsers and the usual libraries do.
      'Content-Length': before.length + (await stat(file)).size + after.length,
    },
  });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  await pipeline(async function* () {
    yield before;
    yield* createReadStream(file, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>;
    yield after;
  }, sending);
  const [response] = await answered;
  const answer = await json(response);
  if (response.statusCode !== 201) throw new Error(`${response.statusCode} ${JSON.stringify(answer)}`);
  return answer as { id: string; rowCount: number };
}

const bench = await startBenchService('reading');
try {
  const { url, headers, chatId, folder, pid } = bench;
  const file = join(folder, 'numbers.csv');
  await writeTable('csv', file, Number(options.rows), Number(options.columns));
  console.log(`${options.rows} x ${options.columns}, ${((await stat(file)).size / 2 ** 20).toFixed(0)} MiB`);
  const ratios: number[] = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const begun = performance.now();
    const dataset = await upload(`${url}/chats/${chatId}/datasets`, headers, file);
    const seconds = (performance.now() - begun) / 1000;
    if (dataset.rowCount !== Number(options.rows)) throw new Error(`only ${dataset.rowCount} rows`);
    await fetch(`${url}/datasets/${dataset.id}`, { method: 'DELETE', headers });
    let line = `centroid ${seconds.toFixed(2)} s`;
    if (options.peer !== 'none') {
      const script = join(ROOT, 'bench/peers/pandas_read.py');
      const peer = JSON.parse(execFileSync(options.peer, [script, file], { encoding: 'utf8' })) as PeerReport;
      if (round > 0) ratios.push(seconds / peer.seconds);
      line += `, pandas ${peer.version} ${peer.seconds.toFixed(2)} s (${peer.peakMiB.toFixed(0)} MiB), ratio ${(seconds / peer.seconds).toFixed(2)}`;
    }
    console.log(round === 0 ? `warm-up: ${line}` : line);
  }
  const middle = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
  if (ratios.length > 0) console.log(`median ratio ${middle.toFixed(2)}`);
  const peaks = children(pid).map((pid) => `reader ${peakMiB(pid).toFixed(0)} MiB`);
  console.log(`peak memory: service ${peakMiB(pid).toFixed(0)} MiB, ${peaks.join(', ')}`);
} finally {
  await bench.close();
}
