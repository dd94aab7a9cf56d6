import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { readNpy } from './npy.ts';

/** How a contender is started: the command gets KIND DATA INIT OUT behind it. */
export interface Entry {
  name: string;
  threads: number;
  command: string[];
}

/** One turn: the median of the calls that it took. */
export interface Turn {
  seconds: number;
  calls: number;
  cpuPerWall: number;
  iterations: number;
  totalIterations: number;
  algorithm?: string;
}

export interface Memory {
  /** Most that the process held since its data was there, MiB. */
  peakMiB: number;
  /** How much the first call came to hold on top of the data, MiB; null where the system does not tell. */
  extraMiB: number | null;
}

export interface Outcome {
  centers?: Float64Array;
  labels?: Int32Array;
}

/** A contender in a process of its own: its own limit of threads, its own peak of memory. It sleeps between its turns. */
export class Rival {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private readonly out: string;
  private errors = '';

  constructor(entry: Entry, files: [kind: string, data: string, init: string], out: string) {
    this.out = out;
    const threads = String(entry.threads);
    const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
    const [command, ...args] = [...entry.command, ...files, out];
    this.process = spawn(command, args, { env });
    this.process.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.process.stdin.on('error', () => undefined); // a dead process tells by the end of its lines
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** Waits until the data is read. */
  ready(): Promise<unknown> {
    return this.answer(600);
  }

  /** Has it make calls of at most so many iterations for at least so many seconds, one call in any case. */
  run(maxIterations: number, seconds: number, timeout: number): Promise<Turn> {
    this.process.stdin.write(`run ${maxIterations} ${seconds}\n`);
    return this.answer(timeout) as Promise<Turn>;
  }

  /** Ends it and takes what its last call came to. */
  async end(): Promise<{ memory: Memory; outcome: Outcome }> {
    this.process.stdin.write('end\n');
    const memory = (await this.answer(60)) as Memory;
    const centers = `${this.out}.npy`;
    const labels = `${this.out}.labels.npy`;
    const outcome: Outcome = {
      ...(existsSync(centers) && { centers: Float64Array.from(readNpy(centers).data) }),
      ...(existsSync(labels) && { labels: Int32Array.from(readNpy(labels).data) }),
    };
    await this.stop();
    return { memory, outcome };
  }

  /** Ends it at once, whatever it does. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await gone;
    }
    for (const file of [`${this.out}.npy`, `${this.out}.labels.npy`]) rmSync(file, { force: true });
  }

  private async answer(timeout: number): Promise<unknown> {
    const late = setTimeout(() => this.process.kill('SIGKILL'), timeout * 1000);
    const began = performance.now();
    const line = await this.lines.next();
    clearTimeout(late);
    if (!line.done) return JSON.parse(line.value) as unknown;
    if (performance.now() - began > timeout * 999) throw new Error(`no answer within ${Math.round(timeout)} s`);
    const words = this.errors.split('\n').filter((text) => /error/i.test(text));
    throw new Error(words.at(-1)?.trim() ?? (this.errors.trim().slice(-200) || 'ended without a word'));
  }
}
