import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { ReadJob } from './protocol.js';
import { ReaderProcess, type ReadResult, type TakeBlock, type TakeStart } from './reader-process.js';

/** Keeps reader processes: started when they are needed, used again, replaced when they die. */
@Injectable()
export class ReaderPool implements OnModuleDestroy {
  private readonly idle: ReaderProcess[] = [];
  private readonly busy = new Set<ReaderProcess>();
  private readonly waiting: (() => void)[] = [];
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
    const reader = this.reader();
    this.busy.add(reader);
    try {
      return await reader.read(job, this.config.readerDeadlineSeconds, take, signal, begin);
    } finally {
      this.busy.delete(reader);
      if (reader.alive) this.idle.push(reader);
      this.leave();
    }
  }

  private async place(): Promise<void> {
    if (this.places > 0) this.places--;
    else
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
