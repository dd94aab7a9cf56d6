/**
 * How long the service takes to answer a CSV with its predictions, over HTTP, beside pandas and scikit-learn doing the
 * same on the command line (`read_csv`, `pipeline.predict`, `to_csv`), in turns; and what memory that takes:
 *
 *     npm run with-postgres -- node bench/predicting.ts [--rows 1000000] [--columns 16] [--k 8] [--rounds 3]
 *         [--peer python3] [--format csv|ndjson|npy|parquet|arrow]
 *
 * The service is started from `dist` on the PostgreSQL in TEST_DATABASE_URL. `--peer none` leaves Python out, as for ten
 * million rows, of which only the memory is asked: `--rows 10000000 --columns 4 --peer none --rounds 0`.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { call, children, peakMiB, ROOT, startBenchService } from './bench-service.ts';
import { TABLE_FORMATS, type TableFormat, writeTable } from './table-file.ts';

interface PeerReport {
  seconds: number;
  peakMiB: number;
  differing: number | null;
  version: string;
}

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '16' },
    k: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    format: { type: 'string', default: 'csv' },
    peer: { type: 'string', default: process.env.PYTHON ?? '/usr/bin/python3' },
  },
});
const format = TABLE_FORMATS.find((name) => name === options.format);
if (!format) throw new Error(`--format must be one of ${TABLE_FORMATS.join(', ')}.`);
if (format !== 'csv' && options.peer !== 'none') throw new Error('The peer reads CSV only: --peer none.');
const MEDIA_TYPES: Record<TableFormat, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  npy: 'application/octet-stream',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
};
const [rows, columns, k] = [Number(options.rows), Number(options.columns), Number(options.k)];

const bench = await startBenchService('predicting', { UPLOAD_LIMIT_MB: '8192' });
try {
  const { url, headers, chatId, folder } = bench;
  const post = <T>(path: string, body: object): Promise<T> =>
    call<T>(`${url}/${path}`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  // Trained on a few rows of the same kind, so that there is a scaling to replay.
  const few = Array.from({ length: 500 }, (_, i) =>
    Array.from({ length: columns }, (_x, j) => Math.sin(i * (j + 1)) * 10 ** (j % 4)),
  );
  const names = few[0].map((_, j) => `x${j}`);
  const { id: datasetId } = await post<{ id: string }>(`chats/${chatId}/datasets`, { columns: names, rows: few });
  const { id: runId } = await post<{ id: string }>(`chats/${chatId}/runs`, { datasetId, k, seed: 1 });
  let centersId: string | undefined;
  while (!centersId) {
    const run = await call<{ status: string; result?: { centersId: string } }>(`${url}/runs/${runId}`, { headers });
    if (run.status === 'failed') throw new Error(JSON.stringify(run));
    centersId = run.result?.centersId;
    if (!centersId) await sleep(200);
  }
  const bundle = join(folder, 'bundle.json');
  await writeFile(bundle, JSON.stringify(await call(`${url}/centers/${centersId}/export?format=json`, { headers })));
  const before = peakMiB(bench.pid);

  const file = join(folder, `rows.${format}`);
  const ours = join(folder, `ours.${format}`);
  await writeTable(format, file, rows, columns);
  const { size } = await stat(file);
  console.log(`${format}, ${rows} x ${columns}, ${(size / 2 ** 20).toFixed(0)} MiB, ${k} clusters`);

  const predict = async (): Promise<number> => {
    const begun = performance.now();
    const sent = request(`${url}/centers/${centersId}/predictions`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': MEDIA_TYPES[format], 'Content-Length': size },
    });
    createReadStream(file, { highWaterMark: 2 ** 20 }).pipe(sent);
    const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    await pipeline(answer, createWriteStream(ours));
    return (performance.now() - begun) / 1000;
  };

  const ratios: number[] = [];
  for (let round = 0; round <= Number(options.rounds); round++) {
    const seconds = await predict();
    let line = `centroid ${seconds.toFixed(2)} s`;
    if (options.peer !== 'none') {
      const script = join(ROOT, 'bench/peers/pandas_predict.py');
      const args = [script, bundle, file, join(folder, 'theirs.csv'), ...(round === 0 ? [ours] : [])];
      const peer = JSON.parse(execFileSync(options.peer, args, { encoding: 'utf8' })) as PeerReport;
      if (round > 0) ratios.push(peer.seconds / seconds);
      line += `, ${peer.version} ${peer.seconds.toFixed(2)} s without start-up (${peer.peakMiB.toFixed(0)} MiB)`;
      line += `, times as fast ${(peer.seconds / seconds).toFixed(2)}`;
      if (peer.differing !== null) line += `, labels that differ: ${peer.differing}`;
    }
    console.log(round === 0 ? `warm-up: ${line}` : line);
  }
  const middle = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)];
  if (ratios.length > 0) console.log(`median: ${middle.toFixed(2)} times as fast`);
  const readers = children(bench.pid).map((pid) => `reader ${peakMiB(pid).toFixed(0)} MiB`);
  console.log(
    `peak memory: service ${peakMiB(bench.pid).toFixed(0)} MiB (${before.toFixed(0)} before), ${readers.join(', ')}`,
  );
} finally {
  await bench.close();
}
