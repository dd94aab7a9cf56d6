import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { workerEntry } from '../../common/worker-entry.js';
import { DatasetRefusedError, unreadable } from '../datasets.errors.js';
import type { TableStart } from '../readers/table-writer.js';
import { type Frame, readFrames } from './frame-reader.js';
import {
  BEGIN_FRAME,
  END_FRAME,
  type ReadEnd,
  type FileWhole,
  type ReaderSettings,
  type ReadJob,
  type ReadOutcome,
} from './protocol.js';

/** What came of a job that was not refused. */
export type ReadResult = Extract<ReadOutcome, { table: unknown }>;

/** Takes a block; the next one waits until it is done. */
export type TakeBlock = (block: Buffer, firstRow: number) => Promise<void>;

/** Hears of the table before its first block; what it throws ends the reading. */
export type TakeStart = (start: TableStart) => void;

/** The parent's end of one reader process. */
export class ReaderProcess {
  private readonly child: ChildProcess;
  private readonly frames: AsyncGenerator<Frame, undefined>;
  private readonly exited: Promise<NodeJS.Signals | null>;
  private killed = false;

  constructor(settings: ReaderSettings) {
    const heapMegabytes = Math.floor((settings.memoryBytes / 2 ** 20) * 0.75);
    this.child = fork(fileURLToPath(workerEntry(import.meta.url, './reader.process.js')), [JSON.stringify(settings)], {
      // No secret of the service, no way to its folder: whoever takes this process over has little.
      env: {},
      cwd: tmpdir(),
      execArgv: [`--max-old-space-size=${heapMegabytes}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (_code, signal) => {
        resolve(signal);
      });
      this.child.once('error', () => {
        resolve(null);
      });
    });
    this.frames = readFrames(this.child.stdio[3] as Readable);
    // It must not keep the service from ending.
    this.child.unref();
    this.child.channel?.unref();
  }

  /** Whether it can take another job. */
  get alive(): boolean {
    return !this.killed && this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Reads one file. Whatever happens but a result or a refusal ends the process.
   *
   * @param whole resolves when a file that is still coming in is there; until then the deadline does not count
   * @throws DatasetRefusedError for what is wrong with the file, memory and time that it takes among it
   */
  async read(
    job: ReadJob,
    deadlineSeconds: number,
    take: TakeBlock,
    signal: AbortSignal,
    begin?: TakeStart,
    whole?: Promise<void>,
  ): Promise<ReadResult> {
    const onAbort = (): void => {
      this.kill();
    };
    const deadline = new Deadline(deadlineSeconds * 1000, onAbort);
    // The clock stands still while a block is taken: how long that lasts is not the file's fault.
    const takeUntimed: TakeBlock = async (block, firstRow) => {
      deadline.hold();
      await take(block, firstRow);
      deadline.release();
    };
    signal.addEventListener('abort', onAbort);
    let reading = true as boolean;
    try {
      signal.throwIfAborted();
      this.child.send({ ...job, arriving: whole !== undefined } satisfies ReadJob);
      if (whole) {
        // Once more than while blocks are taken.
        deadline.hold();
        void whole.then(() => {
          if (!reading || !this.alive) return;
          this.child.send({ whole: true } satisfies FileWhole);
          deadline.release();
        });
      }
      const end = await this.follow(takeUntimed, begin);
      if (end?.spent) this.kill();
      if (end) return resultOf(end.outcome);
    } catch (error) {
      if (!(error instanceof DatasetRefusedError)) this.kill();
      throw error;
    } finally {
      reading = false;
      deadline.hold();
      signal.removeEventListener('abort', onAbort);
    }
    signal.throwIfAborted();
    const ended = await this.exited;
    if (deadline.passed) throw unreadable('too_slow', `The file was not read within ${deadlineSeconds} s.`);
    if (ended === 'SIGKILL' || ended === 'SIGABRT') {
      throw unreadable('too_demanding', 'The file takes more memory to read than a reader may have.');
    }
    throw unreadable('unreadable', 'The file is damaged: its reader broke on it.');
  }

  kill(): void {
    this.killed = true;
    this.child.kill('SIGKILL');
  }

  /** Takes blocks until the outcome; undefined when the process ended before it. */
  private async follow(take: TakeBlock, begin?: TakeStart): Promise<ReadEnd | undefined> {
    for (;;) {
      const { value: frame } = await this.frames.next();
      if (!frame) return undefined;
      if (frame.type === END_FRAME) return JSON.parse(frame.payload.toString()) as ReadEnd;
      if (frame.type === BEGIN_FRAME) begin?.(JSON.parse(frame.payload.toString()) as TableStart);
      else await take(frame.payload.subarray(4), frame.payload.readUInt32LE(0));
    }
  }
}

/** A time limit that stands still as long as anybody holds it. */
class Deadline {
  passed = false;
  private holders = 0;
  private since = performance.now();
  private timer: NodeJS.Timeout;

  constructor(
    private left: number,
    private readonly onLate: () => void,
  ) {
    this.timer = this.start();
  }

  hold(): void {
    if (this.holders++ > 0) return;
    clearTimeout(this.timer);
    this.left -= performance.now() - this.since;
  }

  release(): void {
    if (--this.holders > 0) return;
    this.since = performance.now();
    this.timer = this.start();
  }

  private start(): NodeJS.Timeout {
    return setTimeout(() => {
      this.passed = true;
      this.onLate();
    }, this.left);
  }
}

function resultOf(outcome: ReadOutcome): ReadResult {
  if ('table' in outcome) return outcome;
  if ('refusal' in outcome) throw new DatasetRefusedError(outcome.refusal);
  throw unreadable('unreadable', 'The file is damaged: it does not hold together as its format demands.');
}
