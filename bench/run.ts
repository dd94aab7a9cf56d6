/** `npm run bench`: the engine beside scikit-learn, ml-kmeans and skmeans. See README.md. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kind } from './contender.ts';
import { describePython, findPython, folder, prepare } from './data.ts';
import type { Prepared } from './data.ts';
import { differences, exact } from './exact.ts';
import { duel, solo } from './measure.ts';
import type { Measured } from './measure.ts';
import { readNpy } from './npy.ts';
import { readOptions } from './options.ts';
import type { Options } from './options.ts';
import { counted, line, linesTable, memoryVerdict, NEW_CENTERS, verdict } from './report.ts';
import type { Judged, Line } from './report.ts';
import type { Entry } from './rival.ts';
import type { MemoryReport } from './memory.ts';
import type { ControlReport, LatencyReport, LoopReport } from './service.ts';
import { sets, targetThreads } from './sets.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const node = [process.execPath, '--disable-warning=ExperimentalWarning'];

/** Who takes turns with the engine on a kind of task, at every number of threads. */
function fast(kind: Kind, columns: number, { threads, peers }: Options, python: string): Entry[] {
  const algorithms = { fit: ['lloyd', 'elkan'], seed: ['float32', 'float64'], predict: ['lloyd'] }[kind];
  const ours = (count: number, name: string, how: string): Entry => {
    return { name, threads: count, command: [...node, here('peers/centroid.ts'), `${count}${how}`] };
  };
  return threads.flatMap((count) => [
    ours(count, 'centroid', ''),
    // Of few columns the engine keeps what it made of the centres; without that is how a first call is.
    ...(kind === 'predict' && columns <= 3 ? [ours(count, NEW_CENTERS, ':new-centers')] : []),
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
  const results = await duel(kind, set, fast(kind, set.shape.columns, chosen, python), out, chosen.rules);
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

/** What the figures belong to. */
function describeMachine(python: string): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version.slice(1),
    python: python && describePython(python),
    loadBefore: Math.round(loadavg()[0] * 10) / 10,
  };
}

function printLines(name: string, kind: Kind, set: Prepared, lines: Line[], { threads }: Options): void {
  console.log(`\n### ${name} ${kind}\n\n${linesTable(kind, set.shape, lines)}\n`);
  const { targets } = sets[name];
  const words = threads.map((count) =>
    verdict(kind, lines, count === targetThreads[kind] ? targets[kind] : undefined, count),
  );
  for (const ours of lines.filter((one) => one.name === 'centroid' && kind === 'fit')) {
    words.push(`algorithm at ${ours.threads}: ${ours.algorithm ?? ''}`, memoryVerdict(set.shape, ours));
  }
  const noisy = lines.filter((one) => (one.cpuPerWall ?? 1) < 0.9 && (one.seconds ?? 0) > 0.1);
  if (noisy.length) {
    words.push(`cpu/wall below 0.9 (${noisy.map((one) => one.name).join(', ')}): something else used the machine`);
  }
  for (const sentence of words) if (sentence !== null) console.log(sentence);
}

/** The questions about a warm service, each asked on the data set that it is about. */
function askService(name: string, set: Prepared, { kinds, threads }: Options): object[] {
  const count = Math.max(...threads);
  if (name === 'S7a' && kinds.includes('latency')) {
    const got = ask('latency', set, count) as LatencyReport;
    console.log(
      `\nwarm fit of ${name}, from the call to the answer: median ${got.p50.toFixed(3)} ms, p99 ${got.p99.toFixed(3)} ms; ` +
        `target 2 ms: ${got.p50 < 2 ? 'met' : 'MISSED'}`,
    );
    return [{ set: name, kind: 'latency', threads: count, ...got }];
  }
  const reports: object[] = [];
  // Of small sets threads and compiled code hold the most.
  if (set.shape.rows >= 50_000 && kinds.includes('memory') && process.platform === 'linux') {
    const got = ask('memory', set, count) as MemoryReport;
    const { k } = set.shape;
    // With sketches that is so from 24 clusters on.
    const matrix = got.algorithm === 'elkan' || (got.algorithm === 'sketch' && k >= 24);
    const allowed = matrix ? 16 + 4 * k : 16;
    const most = matrix ? `16 + 4 x ${k}, with a bound for every centre,` : '16';
    console.log(
      `\nmemory of a fit of ${name} (${got.algorithm}): ${got.bytesPerRow.toFixed(1)} bytes a row above one float32 copy; ` +
        `target ${most}: ${got.bytesPerRow <= allowed ? 'met' : 'MISSED'}`,
    );
    reports.push({ set: name, kind: 'memory', threads: count, ...got });
  }
  if (name === 'S4' && kinds.includes('control')) {
    const got = ask('control', set, count) as ControlReport;
    const { rejected, freed, tries, silent, heard, cost } = got;
    const target = (met: boolean): string => (met ? 'met' : 'MISSED');
    console.log(
      `\naborted fits of ${name}, worst of ${tries}: rejected after ${rejected.toFixed(1)} ms, threads free after ` +
        `${freed.toFixed(1)} ms; target 200 ms: ${target(freed < 200)}\nprogress: a fit takes ${silent.toFixed(3)} s without ` +
        `a listener, ${heard.toFixed(3)} s with one, ${(100 * cost).toFixed(1)} % more; target 2 %: ${target(cost < 0.02)}`,
    );
    reports.push({ set: name, kind: 'control', threads: count, ...got });
  }
  if (name === 'S4' && kinds.includes('loop')) {
    const got = ask('loop', set, count) as LoopReport;
    const words = ({ p50, p99, max }: LoopReport['idle']): string =>
      `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, max ${max.toFixed(2)} ms`;
    console.log(`\nevent loop delay, idle process: ${words(got.idle)}; while ${name} trains: ${words(got.training)}`);
    reports.push({ set: name, kind: 'loop', threads: count, ...got });
  }
  return reports;
}

async function main(): Promise<void> {
  const chosen = readOptions();
  const python = chosen.peers.includes('scikit-learn') ? findPython() : '';
  const prepared = prepare(chosen.sets);
  const machine = describeMachine(python);
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
  );
  if (python) console.log(machine.python);
  if (Number(machine.loadBefore) > 0.5) console.log(`The machine is not idle: its load is ${machine.loadBefore}.`);
  const report: object[] = [];
  for (const [name, set] of prepared) {
    const { rows, columns, k, restarts } = set.shape;
    const starts = restarts > 1 ? `, ${restarts} starts` : '';
    console.log(`\n## ${name}: ${sets[name].words}, ${rows.toLocaleString('en')} x ${columns}, k ${k}${starts}`);
    if (!set.published) console.log('(not the bytes behind the published figures: other versions made them)');
    for (const kind of (['fit', 'seed', 'predict'] as const).filter((one) => chosen.kinds.includes(one))) {
      const lines = await compare(kind, set, chosen, python);
      printLines(name, kind, set, lines, chosen);
      const counts = lines.map((one) => ({ ...one, counted: counted(one) }));
      report.push({ set: name, kind, shape: set.shape, target: sets[name].targets[kind], lines: counts });
    }
    report.push(...askService(name, set, chosen));
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
