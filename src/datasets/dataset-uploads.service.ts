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
import type { DateOrder } from '../ml/preparation/dates.js';
import type { ReadJob } from './reading/protocol.js';
import { ReaderPool } from './reading/reader-pool.js';
import type { ReadOptions } from './readers/reader.js';
import type { JsonRows } from './readers/rows.js';
import type { ReceivedFile } from './uploads.js';

/** What the sender says about the data besides the data. */
export interface UploadOptions extends ReadOptions {
  name?: string;
  /** Spellings of a missing value besides the empty one, instead of the usual ones. */
  missing?: string[];
  /** Of dates such as 3/4/2024, where their values do not tell. */
  dateOrder?: DateOrder;
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
   * Makes a data set of a file.
   *
   * @param signal gives up; nothing is kept then
   * @throws DatasetRefusedError for what is wrong with it; nothing is kept then
   */
  async addFile(
    userId: string,
    chatId: string,
    file: ReceivedFile & { name: string },
    options: UploadOptions,
    keep: Keep,
    signal: AbortSignal,
  ): Promise<Dataset> {
    const { sizeBytes, sha256 } = file;
    const name = options.name ?? file.name;
    return this.add(
      { userId, chatId, name, sizeBytes, sha256 },
      { file: { path: file.path, name: file.name } },
      options,
      keep,
      signal,
    );
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
    about: Pick<Dataset, 'userId' | 'chatId' | 'name' | 'sizeBytes' | 'sha256'>,
    data: Pick<ReadJob, 'file' | 'rows'>,
    options: UploadOptions,
    keep: Keep,
    signal: AbortSignal,
  ): Promise<Dataset> {
    const { userId, chatId, name, sizeBytes, sha256 } = about;
    const dataset: Dataset = {
      id: newId(),
      userId,
      chatId,
      name,
      sizeBytes,
      sha256,
      state: 'loading',
      format: 'csv',
      rowCount: 0,
      columns: [],
      warnings: [],
      reading: {},
      // Set aside until it is known, so that uploads at the same time count each other.
      storedBytes: sizeBytes,
      createdAt: new Date(),
    };
    try {
      const room = await this.begin(dataset);
      return await this.fill(dataset, data, options, room, keep, signal);
    } catch (error) {
      await this.repository.discard(userId, dataset.id);
      // The chat was deleted meanwhile.
      throw isForeignKeyViolation(error) ? new NotFoundError() : error;
    }
  }

  /** Sets room aside for it; how many bytes it may take. @throws DatasetRefusedError when there is too little left */
  private begin(dataset: Dataset): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const room = await this.roomLeft(manager, dataset.userId);
      if (dataset.sizeBytes > room) throw quotaExceeded(room);
      await this.repository.begin(manager, dataset);
      return room;
    });
  }

  private async roomLeft(manager: EntityManager, userId: string): Promise<number> {
    await lockOwner(manager, userId);
    return this.config.userQuotaBytes - (await this.repository.storedBytes(manager, userId));
  }

  private async fill(
    dataset: Dataset,
    data: Pick<ReadJob, 'file' | 'rows'>,
    { delimiter, header, encoding, decimalComma, missing, dateOrder }: UploadOptions,
    room: number,
    keep: Keep,
    signal: AbortSignal,
  ): Promise<Dataset> {
    const { userId, chatId, id } = dataset;
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
    const { table, format, notes } = await this.readers.read(job, blocks.take, signal).finally(() => blocks.settled());
    await blocks.stored();
    const storedBytes = blocks.bytes;
    const { rowCount, columns, warnings } = table;
    Object.assign(dataset, { state: 'ready', format, rowCount, columns, warnings, reading: notes, storedBytes });
    dataset.createdAt = new Date();
    await this.dataSource.transaction(async (manager) => {
      // What others have stored meanwhile counts too; of this one, what was set aside does.
      const left = (await this.roomLeft(manager, userId)) + dataset.sizeBytes;
      if (storedBytes > left) throw quotaExceeded(left);
      if (!(await this.repository.complete(manager, dataset))) throw new NotFoundError();
      const text = `${dataset.name}: ${count(rowCount, 'row')}, ${count(columns.length, 'column')}`;
      await this.chats.addMessage(manager, { userId, chatId, author: 'user', kind: 'dataset', text, datasetId: id });
      await keep(manager, dataset);
    });
    this.metrics.rows.inc({ work: 'uploaded' }, rowCount);
    return dataset;
  }
}

function quotaExceeded(room: number): DatasetRefusedError {
  const left = Math.max(0, room);
  return tooLarge('quota_exceeded', `The data set is larger than the ${left} bytes that you have left.`);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
