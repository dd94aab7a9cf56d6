import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { median } from './exact.ts';
import { readNpy, writeNpy } from './npy.ts';

export type Kind = 'fit' | 'seed' | 'predict';

/** What a contender is given: the rows, and the centres to begin from, one set a restart. */
export interface Task {
  kind: Kind;
  X: Float32Array | Float64Array;
  rows: number;
  columns: number;
  k: number;
  inits: (Float32Array | Float64Array)[];
}

/** What one call came to. */
export interface Answer {
  /** Iterations of the restart that was kept, and of all of them together. */
  iterations: number;
  totalIterations: number;
  centers?: Float64Array;
  labels?: Int32Array;
  /** Words on how it was done, if the contender has any. */
  algorithm?: string;
}

/** A way to do a task. It may prepare itself once; what it returns is called again and again and is what is timed. */
export type Contender = (task: Task) => Promise<(maxIterations: number) => Answer | Promise<Answer>>;

export function readTask(kind: Kind, dataFile: string, initFile: string): Task {
  const data = readNpy(dataFile);
  const init = readNpy(initFile);
  const [rows, columns] = data.shape;
  const [k, width] = init.shape.slice(-2);
  if (data.data instanceof Int32Array || init.data instanceof Int32Array)
    throw new Error('rows and centres must be floats');
  if (data.shape.length !== 2)
    throw new Error(`${dataFile} holds ${data.shape.length} axes, expected rows and columns`);
  if (init.shape.length < 2 || init.shape.length > 3 || width !== columns) {
    throw new Error(
      `${initFile} holds ${init.shape.join(' x ')} values, expected k or restarts x k of ${columns} columns`,
    );
  }
  const size = k * columns;
  const restarts = init.data.length / size;
  const starts = init.data;
  const inits = Array.from({ length: restarts }, (_, r) => starts.slice(r * size, (r + 1) * size));
  return { kind, X: data.data, rows: rows, columns: columns, k: k, inits };
}

/** Some rows of a task and two of them to begin from: enough to load the code and start the threads, too little to count. */
function sample(task: Task): Task {
  const { columns, rows } = task;
  const size = Math.min(rows, 500);
  const X = new Float64Array(size * columns);
  for (let i = 0; i < size; i++) {
    const row = Math.floor((i * rows) / size) * columns;
    X.set(task.X.subarray(row, row + columns), i * columns);
  }
  const last = X.subarray((size - 1) * columns);
  const init = Float64Array.from([...X.subarray(0, columns), ...last]);
  return { kind: task.kind, X, rows: size, columns, k: 2, inits: [init] };
}

/** Linux only: what the process holds now and held at most, in MiB; null elsewhere. */
function memory(): { now: number; peak: number } | null {
  if (process.platform !== 'linux') return null;
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/**
 * Speaks to the harness over stdin and stdout, a line of JSON each. It prints `{}` when the data is there. To
 * `run MAX_ITERATIONS SECONDS` it answers with the median seconds of as many calls as fit (at least one), to `end`
 * with its memory, having written `OUT.npy` (float64 centres) and `OUT.labels.npy`.
 *
 * Arguments: KIND DATA.npy INIT.npy OUT
 */
export async function serve(contender: Contender, args: string[]): Promise<void> {
  const [kind, dataFile, initFile, out] = args as [Kind, string, string, string];
  const task = readTask(kind, dataFile, initFile);
  await (
    await contender(sample(task))
  )(2);
  const call = await contender(task);
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5'); // the peak is counted from here
  const before = memory();
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  say({});
  let answer: Answer | undefined;
  let first: ReturnType<typeof memory> | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, limit, seconds] = line.split(' ');
    if (verb === 'end') break;
    const times: number[] = [];
    const began = performance.now();
    const cpu = process.cpuUsage();
    do {
      const start = performance.now();
      answer = await call(Number(limit));
      times.push((performance.now() - start) / 1000);
      first ??= memory();
    } while (performance.now() - began < Number(seconds) * 1000);
    const used = process.cpuUsage(cpu);
    say({
      seconds: median(times),
      calls: times.length,
      cpuPerWall: (used.user + used.system) / 1000 / (performance.now() - began),
      iterations: answer.iterations,
      totalIterations: answer.totalIterations,
      algorithm: answer.algorithm,
    });
  }
  if (answer?.centers) writeNpy(`${out}.npy`, answer.centers, [answer.centers.length / task.columns, task.columns]);
  if (answer?.labels) writeNpy(`${out}.labels.npy`, answer.labels, [answer.labels.length]);
  say({
    peakMiB: memory()?.peak ?? process.resourceUsage().maxRSS / 1024,
    extraMiB: before && first ? first.peak - before.now : null,
  });
}
