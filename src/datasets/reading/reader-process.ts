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
   * @throws DatasetRefusedError for what is wrong with the file, memory and time that it takes among it
   */
  async read(
    job: ReadJob,
    deadlineSeconds: number,
    take: TakeBlock,
    signal: AbortSignal,
    begin?: TakeStart,
  ): Promise<ReadResult> {
    let late = false as boolean;
    const onAbort = (): void => {
      this.kill();
    };
    let left = deadlineSeconds * 1000;
    let since = performance.now();
    const onLate = (): void => {
      late = true;
      this.kill();
    };
    let timer = setTimeout(onLate, left);
    // The clock stands still while a block is taken: how long that lasts is not the file's fault.
    const takeUntimed: TakeBlock = async (block, firstRow) => {
      clearTimeout(timer);
      left -= performance.now() - since;
      await take(block, firstRow);
      since = performance.now();
      timer = setTimeout(onLate, left);
    };
    signal.addEventListener('abort', onAbort);
    try {
      signal.throwIfAborted();
      this.child.send(job);
      const end = await this.follow(takeUntimed, begin);
      if (end?.spent) this.kill();
      if (end) return resultOf(end.outcome);
    } catch (error) {
      if (!(error instanceof DatasetRefusedError)) this.kill();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
    signal.throwIfAborted();
    const ended = await this.exited;
    if (late) throw unreadable('too_slow', `The file was not read within ${deadlineSeconds} s.`);
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

function resultOf(outcome: ReadOutcome): ReadResult {
  if ('table' in outcome) return outcome;
  if ('refusal' in outcome) throw new DatasetRefusedError(outcome.refusal);
  throw unreadable('unreadable', 'The file is damaged: it does not hold together as its format demands.');
}
