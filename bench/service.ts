/**
 * Two questions about a warm service, answered in a process of its own, one line of JSON:
 * service.ts loop|latency DATA.npy INIT.npy THREADS
 *
 * loop: how long the main thread's event loop is held up while a fit runs, beside an idle one.
 * latency: from the call to the answer, fits one after another.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { readTask } from './contender.ts';
import { engine, loadEngine } from './engine.ts';

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
