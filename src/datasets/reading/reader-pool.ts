import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { ReadJob } from './protocol.js';
import { ReaderProcess, type ReadResult, type TakeBlock, type TakeStart } from './reader-process.js';

/** Keeps reader processes: started when they are needed, used again, replaced when they die. */
/** Why a reading was given up that had begun before its file was there: somebody else's is. */
class ReaderNeededError extends Error {}

@Injectable()
export class ReaderPool implements OnModuleDestroy {
  private readonly idle: ReaderProcess[] = [];
  private readonly busy = new Set<ReaderProcess>();
  private readonly waiting: (() => void)[] = [];
  /** Those that read files which are still coming in, and give their places up. */
  private readonly early = new Set<AbortController>();
  private places: number;

  constructor(private readonly config: AppConfig) {
    this.places = config.readers;
  }

  onModuleDestroy(): void {
    for (const reader of [...this.idle, ...this.busy]) reader.kill();
  }

  /**
   * Reads one file or set of rows in another process, as soon as one is free.
   *
   * @param take gets the blocks, one after the other, as they are read
   * @param signal gives up
   * @param begin hears of the table before its first block
   * @throws DatasetRefusedError for what is wrong with the content
   */
  async read(job: ReadJob, take: TakeBlock, signal: AbortSignal, begin?: TakeStart): Promise<ReadResult> {
    await this.place();
    return this.readWith(job, take, signal, begin);
  }

  /**
   * Reads a file that is still coming in, if a reader is free at once. It gives its place up when others have files that
   * are there: whoever sends slowly must not keep a reader from them.
   *
   * @param whole resolves when all of the file is there
   * @throws ReaderNeededError when none is free, or it gave its place up; DatasetRefusedError as {@link read} does
   */
  async readEarly(job: ReadJob, take: TakeBlock, signal: AbortSignal, whole: Promise<void>): Promise<ReadResult> {
    if (this.places === 0) throw new ReaderNeededError();
    this.places--;
    const needed = new AbortController();
    this.early.add(needed);
    const keep = (): void => {
      this.early.delete(needed);
    };
    void whole.then(keep);
    return this.readWith(job, take, AbortSignal.any([signal, needed.signal]), undefined, whole).finally(keep);
  }

  private async readWith(
    job: ReadJob,
    take: TakeBlock,
    signal: AbortSignal,
    begin?: TakeStart,
    whole?: Promise<void>,
  ): Promise<ReadResult> {
    const reader = this.reader();
    this.busy.add(reader);
    try {
      return await reader.read(job, this.config.readerDeadlineSeconds, take, signal, begin, whole);
    } finally {
      this.busy.delete(reader);
      if (reader.alive) this.idle.push(reader);
      this.leave();
    }
  }

  /** Whether a file could be read at once. */
  get free(): boolean {
    return this.places > 0;
  }

  private async place(): Promise<void> {
    if (this.places > 0) {
      this.places--;
      return;
    }
    for (const other of this.early) {
      this.early.delete(other);
      other.abort(new ReaderNeededError());
      break;
    }
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.places++;
  }

  private reader(): ReaderProcess {
    for (let reader = this.idle.pop(); reader; reader = this.idle.pop()) if (reader.alive) return reader;
    return new ReaderProcess({ memoryBytes: this.config.readerMemoryBytes });
  }
}
