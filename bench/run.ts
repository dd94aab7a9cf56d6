/** `npm run bench`: the engine beside scikit-learn, ml-kmeans and skmeans. See README.md. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Kind } from './contender.ts';
import { describePython, findPython, folder, prepare } from './data.ts';
import type { Prepared } from './data.ts';
import { differences, exact } from './exact.ts';
import { duel, solo } from './measure.ts';
import type { Measured, Rules } from './measure.ts';
import { readNpy } from './npy.ts';
import { counted, line, linesTable, memoryVerdict, verdict } from './report.ts';
import type { Judged, Line } from './report.ts';
import type { Entry } from './rival.ts';
import type { LatencyReport, LoopReport } from './service.ts';
import { sets, targetThreads } from './sets.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const node = [process.execPath, '--disable-warning=ExperimentalWarning'];
const peerNames = ['scikit-learn', 'ml-kmeans', 'skmeans'] as const;
const kindNames = ['fit', 'seed', 'predict', 'latency', 'loop'] as const;

const usage = `npm run bench -- [options]
  --sets S1,S4         of ${Object.keys(sets).join(', ')}; default all
  --kinds fit,seed     of ${kindNames.join(', ')}; default all
  --threads 1,2        default 1,2 (1 where there is one core)
  --peers NAMES        of ${peerNames.join(', ')}; default all
  --reps 3             rounds
  --cap 30             seconds: slower JavaScript packages are estimated, no further round begins past it
  --json FILE          everything that was measured`;

interface Options {
  sets: string[];
  kinds: string[];
  threads: number[];
  peers: string[];
  json: string | undefined;
  rules: Rules;
}

function options(): Options {
  const cores = availableParallelism();
  const { values } = parseArgs({
    options: {
      sets: { type: 'string', default: Object.keys(sets).join() },
      kinds: { type: 'string', default: kindNames.join() },
      threads: { type: 'string', default: cores > 1 ? '1,2' : '1' },
      peers: { type: 'string', default: peerNames.join() },
      reps: { type: 'string', default: '3' },
      cap: { type: 'string', default: '30' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new Error(usage);
  const list = (text: string, known: readonly string[]): string[] => {
    const items = text.split(',').filter(Boolean);
    const wrong = items.find((item) => !known.includes(item));
    if (wrong !== undefined) throw new Error(`${wrong} is not one of ${known.join(', ')}\n${usage}`);
    return items;
  };
  const positive = (text: string): number => {
    if (Number(text) > 0) return Number(text);
    throw new Error(`${text} is not a number above 0\n${usage}`);
  };
  return {
    sets: list(values.sets, Object.keys(sets)),
    kinds: list(values.kinds, kindNames),
    threads: values.threads.split(',').map(positive),
    peers: list(values.peers, peerNames),
    json: values.json,
    rules: { rounds: positive(values.reps), maxIterations: 300, cap: positive(values.cap) },
  };
}

/** Who takes turns with the engine on a kind of task, at every number of threads. */
function fast(kind: Kind, { threads, peers }: Options, python: string): Entry[] {
  const algorithms = { fit: ['lloyd', 'elkan'], seed: ['float32', 'float64'], predict: ['lloyd'] }[kind];
  return threads.flatMap((count) => [
    { name: 'centroid', threads: count, command: [...node, here('peers/centroid.ts'), `${count}`] },
    ...(peers.includes('scikit-learn') ? algorithms : []).map((algorithm) => ({
      name: kind === 'predict' ? 'scikit-learn' : `scikit-learn ${algorithm}`,
      threads: count,
      command: [python, here('peers/scikit.py'), algorithm],
    })),
  ]);
}

function slow(kind: Kind, { peers }: Options): Entry[] {
  const able = kind === 'seed' ? ['ml-kmeans'] : ['ml-kmeans', 'skmeans'];
  return able
    .filter((name) => peers.includes(name))
    .map((name) => {
      return { name, threads: 1, command: [...node, '--max-old-space-size=16000', here('peers/javascript.ts'), name] };
    });
}

/** Judges what all came to by the one float64 function. */
function judge(kind: Kind, set: Prepared, results: Measured[]): Judged[] {
  const X = readNpy(set.dataFile).data as Float32Array;
  const init = readNpy(set.initFile).data as Float32Array;
  const { columns, k } = set.shape;
  let guess: Int32Array | undefined;
  return results.map(({ outcome, note }) => {
    const centers = kind === 'predict' ? init.subarray(0, k * columns) : outcome?.centers;
    if (!outcome || !centers || note.startsWith('capped')) return { inertia: null, mislabelled: null };
    const truth = exact(X, columns, centers, outcome.labels ?? guess);
    guess = truth.labels;
    return { inertia: truth.inertia, mislabelled: outcome.labels ? differences(truth.labels, outcome.labels) : null };
  });
}

async function compare(kind: Kind, set: Prepared, chosen: Options, python: string): Promise<Line[]> {
  const out = join(folder, `out-${process.pid}`);
  const results = await duel(kind, set, fast(kind, chosen, python), out, chosen.rules);
  const oursAt = (threads: number): Measured | undefined =>
    results.find((one) => one.name === 'centroid' && one.threads === threads && one.turns.length);
  const most = oursAt(Math.max(...chosen.threads));
  const expected =
    (most ?? results.find((one) => one.turns.length))?.turns.at(-1)?.iterations ?? chosen.rules.maxIterations;
  for (const entry of slow(kind, chosen)) results.push(await solo(kind, set, entry, out, chosen.rules, expected));
  const judged = judge(kind, set, results);
  return results.map((one, i) => {
    const single = one.name === 'ml-kmeans' || one.name === 'skmeans';
    return line(kind, one, single ? most : oursAt(one.threads), judged[i]);
  });
}

function ask(what: string, set: Prepared, threads: number): unknown {
  const args = [...node.slice(1), here('service.ts'), what, set.dataFile, set.initFile, `${threads}`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const last = stdout.trim().split('\n').at(-1);
  if (!last) throw new Error(`${what} failed: ${stderr.trim().slice(-300)}`);
  return JSON.parse(last) as unknown;
}

async function main(): Promise<void> {
  const chosen = options();
  const python = findPython();
  const prepared = prepare(chosen.sets, python);
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    python: describePython(python),
    loadBefore: loadavg()[0],
  };
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
  );
  console.log(`${machine.python}; load before: ${machine.loadBefore.toFixed(2)}`);
  const report: object[] = [];
  const say = (text: string | null): void => {
    if (text !== null) console.log(text);
  };
  for (const [name, set] of prepared) {
    const { rows, columns, k, restarts } = set.shape;
    const { words, targets } = sets[name];
    say(
      `\n## ${name}: ${words}, ${rows.toLocaleString('en')} x ${columns}, k ${k}${restarts > 1 ? `, ${restarts} starts` : ''}`,
    );
    if (!set.published) say('(not the bytes behind the published figures: other versions of NumPy or scikit-learn)');
    for (const kind of (['fit', 'seed', 'predict'] as const).filter((one) => chosen.kinds.includes(one))) {
      const lines = await compare(kind, set, chosen, python);
      say(`\n### ${name} ${kind}\n\n${linesTable(kind, set.shape, lines)}\n`);
      for (const threads of chosen.threads) {
        say(verdict(kind, lines, threads === targetThreads[kind] ? targets[kind] : undefined, threads));
      }
      for (const ours of lines.filter((one) => one.name === 'centroid' && kind === 'fit')) {
        if (ours.algorithm !== null) say(`algorithm, ${ours.threads} thread(s): ${ours.algorithm}`);
        say(memoryVerdict(set.shape, ours));
      }
      const noisy = lines.filter((one) => one.cpuPerWall !== null && one.cpuPerWall < 0.9 && (one.seconds ?? 0) > 0.1);
      if (noisy.length)
        say(`cpu/wall below 0.9 (${noisy.map((one) => one.name).join(', ')}): something else used the machine`);
      report.push({
        set: name,
        kind,
        shape: set.shape,
        target: targets[kind],
        lines: lines.map((one) => ({ ...one, counted: counted(one) })),
      });
    }
    const threads = Math.max(...chosen.threads);
    if (name === 'S7a' && chosen.kinds.includes('latency')) {
      const got = ask('latency', set, threads) as LatencyReport;
      const met = got.p50 < 2 ? 'met' : 'MISSED';
      say(
        `\nwarm fit, from the call to the answer: median ${got.p50.toFixed(3)} ms, p99 ${got.p99.toFixed(3)} ms; target 2 ms: ${met}`,
      );
      report.push({ set: name, kind: 'latency', threads, ...got });
    }
    if (name === 'S4' && chosen.kinds.includes('loop')) {
      const got = ask('loop', set, threads) as LoopReport;
      const words = ({ p50, p99, max }: LoopReport['idle']): string =>
        `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, max ${max.toFixed(2)} ms`;
      say(`\nevent loop delay, idle process: ${words(got.idle)}; while ${name} trains: ${words(got.training)}`);
      report.push({ set: name, kind: 'loop', threads, ...got });
    }
  }
  if (chosen.json !== undefined) {
    const when = new Date().toISOString();
    writeFileSync(chosen.json, JSON.stringify({ when, machine, command: process.argv.slice(2), report }, null, 1));
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
