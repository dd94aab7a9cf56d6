import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChatsService } from '../chats/chats.service.js';
import { NotFoundError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import { Metrics } from '../common/metrics.js';
import { AppConfig } from '../config/app-config.js';
import { isForeignKeyViolation } from '../database/errors.js';
import { lockOwner } from '../database/lock-owner.js';
import { BlockStore } from './blocks/block-store.js';
import type { Dataset } from './dataset.entity.js';
import { type DatasetRefusedError, tooLarge } from './datasets.errors.js';
import { DatasetsRepository } from './datasets.repository.js';
import { EarlyReading } from './early-reading.js';
import type { DateOrder } from '../ml/preparation/dates.js';
import type { ReadJob } from './reading/protocol.js';
import type { ReadResult } from './reading/reader-process.js';
import { ReaderPool } from './reading/reader-pool.js';
import type { ReadOptions } from './readers/reader.js';
import type { JsonRows } from './readers/rows.js';
import type { PartialFile, ReceivedFile } from './uploads.js';

/** What the sender says about the data besides the data. */
export interface UploadOptions extends ReadOptions {
  name?: string;
  /** Spellings of a missing value besides the empty one, instead of the usual ones. */
  missing?: string[];
  /** Of dates such as 3/4/2024, where their values do not tell. */
  dateOrder?: DateOrder;
}

type About = Pick<Dataset, 'userId' | 'chatId' | 'name' | 'sizeBytes' | 'sha256'>;

/** A data set whose blocks are stored, and which nobody sees yet. */
export interface Loaded {
  dataset: Dataset;
  result: ReadResult;
  storedBytes: number;
}

/** Remembers the answer, in the transaction that shows the data set. */
export type Keep = (manager: EntityManager, dataset: Dataset) => Promise<void>;

/** Blocks of an upload that are stored at a time. */
const AT_ONCE = 2;

/** No upload takes longer to be read and stored. */
const STALE_MS = 2 * 3600 * 1000;

/** Takes data in: reads it in another process, stores what it holds, shows it once all of it is there. */
@Injectable()
export class DatasetUploadsService implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: DatasetsRepository,
    private readonly chats: ChatsService,
    private readonly readers: ReaderPool,
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
    private readonly metrics: Metrics,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.discardStale();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.discardStale().catch((error: unknown) => {
        new Logger('Uploads').warn(String(error));
      });
    }, STALE_MS / 2).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** What processes that died have left half-way. */
  private discardStale(): Promise<void> {
    return this.repository.discardStale(new Date(Date.now() - STALE_MS));
  }

  /**
   * Begins to read a file that is still coming in, where a reader is free.
   *
   * @param file its name, and the most bytes that it may have
   */
  early(
    userId: string,
    chatId: string,
    file: PartialFile & { name: string; mostBytes: number },
    options: UploadOptions,
    signal: AbortSignal,
  ): EarlyReading<Loaded> | undefined {
    if (!this.readers.free) return undefined;
    const { path, name, mostBytes } = file;
    const dataset = draft({ userId, chatId, name, sizeBytes: mostBytes, sha256: '' });
    return new EarlyReading(
      saidOf(options),
      async (whole, stop) => {
        const room = await this.begin(dataset).catch((error: unknown) => {
          // It may be smaller than it may be.
          throw new Error('no room yet', { cause: error });
        });
        return this.load(dataset, { file: { path, name } }, options, room, AbortSignal.any([signal, stop]), whole);
      },
      () => this.repository.discard(userId, dataset.id),
    );
  }

  /**
   * Makes a data set of a file.
   *
   * @param signal gives up; nothing is kept then
   * @param early what was read of it while it came in
   * @throws DatasetRefusedError for what is wrong with it; nothing is kept then
   */
  async addFile(
    userId: string,
    chatId: string,
    file: ReceivedFile & { name: string },
    options: UploadOptions,
    keep: Keep,
    signal: AbortSignal,
    early?: EarlyReading<Loaded>,
  ): Promise<Dataset> {
    const { sizeBytes, sha256 } = file;
    const about = { userId, chatId, name: options.name ?? file.name, sizeBytes, sha256 };
    const read = await early?.take(saidOf(options));
    if (read) return this.complete(read, about, keep);
    return this.add(about, { file: { path: file.path, name: file.name } }, options, keep, signal);
  }

  /** Makes a data set of rows; see {@link addFile}. Their SHA-256 is that of their columns and rows as JSON. */
  async addRows(
    userId: string,
    chatId: string,
    rows: JsonRows,
    options: UploadOptions,
    keep: Keep,
    signal: AbortSignal,
  ): Promise<Dataset> {
    const content = Buffer.from(JSON.stringify({ columns: rows.columns, rows: rows.rows }));
    const sha256 = createHash('sha256').update(content).digest('hex');
    const name = options.name ?? 'rows';
    return this.add({ userId, chatId, name, sizeBytes: content.length, sha256 }, { rows }, options, keep, signal);
  }

  private async add(
    about: About,
    data: Pick<ReadJob, 'file' | 'rows'>,
    options: UploadOptions,
    keep: Keep,
    signal: AbortSignal,
  ): Promise<Dataset> {
    const dataset = draft(about);
    const room = await this.begin(dataset);
    return this.complete(await this.load(dataset, data, options, room, signal), about, keep);
  }

  /** Sets room aside for it; how many bytes it may take. @throws DatasetRefusedError when there is too little left */
  private begin(dataset: Dataset): Promise<number> {
    const begun = this.dataSource.transaction(async (manager) => {
      const room = await this.roomLeft(manager, dataset.userId);
      if (dataset.sizeBytes > room) throw quotaExceeded(room);
      await this.repository.begin(manager, dataset);
      return room;
    });
    return begun.catch((error: unknown) => this.takeBack(dataset, error));
  }

  /** Leaves nothing of what failed. */
  private async takeBack({ userId, id }: Dataset, error: unknown): Promise<never> {
    await this.repository.discard(userId, id);
    // The chat was deleted meanwhile.
    throw isForeignKeyViolation(error) ? new NotFoundError() : error;
  }

  private async roomLeft(manager: EntityManager, userId: string): Promise<number> {
    await lockOwner(manager, userId);
    return this.config.userQuotaBytes - (await this.repository.storedBytes(manager, userId));
  }

  /** Reads what it holds into blocks. */
  private async load(
    dataset: Dataset,
    data: Pick<ReadJob, 'file' | 'rows'>,
    { delimiter, header, encoding, decimalComma, missing, dateOrder }: UploadOptions,
    room: number,
    signal: AbortSignal,
    whole?: Promise<void>,
  ): Promise<Loaded> {
    const { userId, id } = dataset;
    const blocks = new BlockStore((block, firstRow) => this.repository.addBlock(userId, id, firstRow, block), AT_ONCE);
    const job: ReadJob = {
      ...data,
      options: { delimiter, header, encoding, decimalComma },
      missing,
      dateOrder,
      limits: {
        maxColumns: this.config.maxColumns,
        maxStoredBytes: room,
        maxUnpackedBytes: this.config.uploadLimitBytes,
      },
    };
    try {
      const reading = whole
        ? this.readers.readEarly(job, blocks.take, signal, whole)
        : this.readers.read(job, blocks.take, signal);
      const result = await reading.finally(() => blocks.settled());
      await blocks.stored();
      return { dataset, result, storedBytes: blocks.bytes };
    } catch (error) {
      return this.takeBack(dataset, error);
    }
  }

  /** Shows it. */
  private async complete({ dataset, result, storedBytes }: Loaded, about: About, keep: Keep): Promise<Dataset> {
    const { userId, chatId, id, storedBytes: setAside } = dataset;
    const { format, notes, table } = result;
    const { rowCount, columns, warnings } = table;
    const known = { state: 'ready', format, rowCount, columns, warnings, reading: notes, storedBytes } as const;
    const ready = Object.assign(dataset, about, known, { createdAt: new Date() });
    try {
      await this.dataSource.transaction(async (manager) => {
        // What others have stored meanwhile counts too; of this one, what was set aside does.
        const left = (await this.roomLeft(manager, userId)) + setAside;
        if (storedBytes > left) throw quotaExceeded(left);
        if (!(await this.repository.complete(manager, ready))) throw new NotFoundError();
        const text = `${ready.name}: ${count(rowCount, 'row')}, ${count(columns.length, 'column')}`;
        await this.chats.addMessage(manager, { userId, chatId, author: 'user', kind: 'dataset', text, datasetId: id });
        await keep(manager, ready);
      });
    } catch (error) {
      return this.takeBack(dataset, error);
    }
    this.metrics.rows.inc({ work: 'uploaded' }, rowCount);
    return ready;
  }
}

/** A data set of which nothing is known yet. */
function draft(about: About): Dataset {
  return {
    ...about,
    id: newId(),
    state: 'loading',
    format: 'csv',
    rowCount: 0,
    columns: [],
    warnings: [],
    reading: {},
    // Set aside until it is known, so that uploads at the same time count each other.
    storedBytes: about.sizeBytes,
    createdAt: new Date(),
  };
}

/** What a file is read by. */
function saidOf({ delimiter, header, encoding, decimalComma, missing, dateOrder }: UploadOptions): string {
  return JSON.stringify([delimiter, header, encoding, decimalComma, missing, dateOrder]);
}

function quotaExceeded(room: number): DatasetRefusedError {
  const left = Math.max(0, room);
  return tooLarge('quota_exceeded', `The data set is larger than the ${left} bytes that you have left.`);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
