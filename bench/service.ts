/**
 * Questions about a warm service, answered in a process of its own, one line of JSON:
 * service.ts loop|latency|control|memory DATA.npy INIT.npy THREADS
 *
 * loop: how long the main thread's event loop is held up while a fit runs, beside an idle one.
 * latency: from the call to the answer, fits one after another.
 * control: how soon an aborted fit rejects and its threads are free again; what listening to progress costs.
 * memory: what a fit holds for every row.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { readTask } from './contender.ts';
import { engine, loadEngine } from './engine.ts';
import { median } from './exact.ts';
import { memoryOf } from './memory.ts';

export interface Delay {
  p50: number;
  p99: number;
  max: number;
}

export interface LoopReport {
  /** Milliseconds; the monitor's own step of 1 ms is part of them. */
  idle: Delay;
  training: Delay;
  seconds: number;
}

export interface LatencyReport {
  /** Milliseconds. */
  p50: number;
  p99: number;
  max: number;
  calls: number;
}

export interface ControlReport {
  /** Milliseconds from abort() to the rejection, and to the answer to a small call behind it; the most of all tries. */
  rejected: number;
  freed: number;
  tries: number;
  /** Seconds of a fit that nobody listens to and of one with a listener, taken in turns; medians, and that of the ratios. */
  silent: number;
  heard: number;
  cost: number;
  rounds: number;
}

const TRIES = 10;
const ROUNDS = 7;

async function control({ KMeansService }: Awaited<ReturnType<typeof loadEngine>>): Promise<ControlReport> {
  const service = new KMeansService();
  const { X, rows, columns, k, inits } = task;
  const data = { data: X, rows, columns };
  const init = { centers: { data: inits[0], rows: k, columns } };
  const fit = (more: object): Promise<unknown> =>
    service.fit(data, { k, init, tolerance: 0, maxIterations, ...more }).catch(() => undefined);
  await fit({});
  const small = { data: X.slice(0, 3 * columns), rows: 3, columns };
  let [rejected, freed] = [0, 0];
  for (let i = 0; i < TRIES; i++) {
    const aborting = new AbortController();
    const running = fit({ signal: aborting.signal, init: 'k-means++', nInit: 1000 });
    await pause(100 + 83 * i);
    const from = performance.now();
    aborting.abort();
    await running;
    rejected = Math.max(rejected, performance.now() - from);
    await service.fit(small, { k: 1 });
    freed = Math.max(freed, performance.now() - from);
  }
  const turns = { silent: [] as number[], heard: [] as number[] };
  for (let i = 0; i < ROUNDS; i++) {
    for (const [name, onProgress] of Object.entries({ silent: undefined, heard: () => undefined })) {
      const from = performance.now();
      await fit({ onProgress });
      turns[name as keyof typeof turns].push((performance.now() - from) / 1000);
    }
  }
  const cost = median(turns.heard.map((heard, i) => heard / turns.silent[i])) - 1;
  const [silent, heard] = [median(turns.silent), median(turns.heard)];
  return { rejected, freed, tries: TRIES, silent, heard, cost, rounds: ROUNDS };
}

async function delayDuring(work: () => Promise<unknown>): Promise<Delay> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await work();
  monitor.disable();
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  return { p50: ms(monitor.percentile(50)), p99: ms(monitor.percentile(99)), max: ms(monitor.max) };
}

const [what, dataFile, initFile, threads] = process.argv.slice(2);
const task = readTask('fit', dataFile, initFile);
const maxIterations = 300;

if (what === 'loop') {
  const idle = await delayDuring(() => pause(3000)); // before the engine is there at all
  const call = await engine(await loadEngine(Number(threads)))(task);
  await call(20);
  const began = performance.now();
  const training = await delayDuring(async () => {
    while (performance.now() - began < 3000) await call(maxIterations);
  });
  console.log(JSON.stringify({ idle, training, seconds: (performance.now() - began) / 1000 } satisfies LoopReport));
} else if (what === 'memory') {
  console.log(JSON.stringify(await memoryOf(task, await loadEngine(Number(threads)))));
} else if (what === 'control') {
  console.log(JSON.stringify(await control(await loadEngine(Number(threads)))));
} else {
  const call = await engine(await loadEngine(Number(threads)))(task);
  for (let i = 0; i < 200; i++) await call(maxIterations);
  const times: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const start = performance.now();
    await call(maxIterations);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))];
  const report: LatencyReport = { p50: at(0.5), p99: at(0.99), max: at(1), calls: times.length };
  console.log(JSON.stringify(report));
}
process.exit();
