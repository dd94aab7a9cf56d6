/**
 * One measurement of the engine for a foreign harness, a process each:
 * peer.ts PEER DATA.npy INIT.npy THREADS MAX_ITER REPS CAP_S OUT.npy
 *
 * PEER is fit, seed or predict. Only the calls are timed, copying of the input included; after a warm-up there are REPS
 * of them, less when another would go past CAP_S seconds in all. OUT.npy gets the float64 centres, or for predict the
 * int32 labels. The last line printed is a JSON object: iters, times and cpu in seconds, rss_mib, inertia, algorithm, note.
 */
import { resolve } from 'node:path';
import type { Kind } from './contender.ts';
import { readTask } from './contender.ts';
import { engine, loadEngine } from './engine.ts';
import { exact } from './exact.ts';
import { writeNpy } from './npy.ts';

const usage = 'usage: npm run -s bench:peer -- fit|seed|predict DATA.npy INIT.npy THREADS MAX_ITER REPS CAP_S OUT.npy';

/** Warm means: a second's worth of short calls have been made, a first one in any case. */
const warmUp = { seconds: 1, calls: 100, iterations: 20 };

async function main(args: string[]): Promise<void> {
  if (args.length !== 8) throw new Error(usage);
  // npm changes into the project's folder; names are meant from where it was called.
  const from = process.env.npm_lifecycle_event === 'bench:peer' ? process.env.INIT_CWD : undefined;
  const [dataFile, initFile, out] = [args[1], args[2], args[7]].map((file) => resolve(from ?? '.', file));
  const peer = args[0];
  const [threads, maxIterations, repetitions, seconds] = args.slice(3, 7).map(Number);
  if (![threads, maxIterations, repetitions, seconds].every((value) => value > 0)) throw new Error(usage);
  // A harness may give any name, as in NAME-predict; one that says nothing means fit.
  const kind = (['seed', 'predict'] as Kind[]).find((one) => one === peer || peer.endsWith(`-${one}`)) ?? 'fit';
  const task = readTask(kind, dataFile, initFile);
  const call = await engine(await loadEngine(threads))(task);
  const began = performance.now();
  for (let i = 0; i < warmUp.calls && (!i || performance.now() - began < warmUp.seconds * 1000); i++) {
    await call(Math.min(warmUp.iterations, maxIterations));
  }
  const times: number[] = [];
  let cpu = Infinity;
  let total = 0;
  let answer;
  do {
    const used = process.cpuUsage();
    const start = performance.now();
    answer = await call(maxIterations);
    times.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(used);
    cpu = Math.min(cpu, (user + system) / 1e6);
    total += times.at(-1)!;
  } while (times.length < repetitions && total + Math.min(...times) < seconds);
  const rss = Math.round(process.resourceUsage().maxRSS / 1024);
  const centers = answer.centers ?? task.inits[0];
  const { inertia } = exact(task.X, task.columns, centers, answer.labels);
  if (answer.centers) writeNpy(out, answer.centers, [task.k, task.columns]);
  else writeNpy(out, answer.labels!, [task.rows]);
  const { iterations: iters, algorithm = '' } = answer;
  console.log(JSON.stringify({ iters, times, cpu, rss_mib: rss, inertia, algorithm, note: '' }));
}

try {
  await main(process.argv.slice(2));
  process.exit();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
