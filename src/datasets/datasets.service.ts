import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChatsService } from '../chats/chats.service.js';
import { NotFoundError } from '../common/errors.js';
import type { Page, PageQuery } from '../common/paging.js';
import { isForeignKeyViolation } from '../database/errors.js';
import { BlockReader } from './blocks/block-codec.js';
import type { Cell } from './dataset-types.js';
import type { Dataset } from './dataset.entity.js';
import { DatasetInUseError, UnknownColumnError } from './datasets.errors.js';
import { columnReader, type MatrixColumn } from './matrix-columns.js';
import { DatasetsRepository } from './datasets.repository.js';

/** Some consecutive rows, as JSON shows them. */
export interface DatasetRows {
  columns: string[];
  rows: Cell[][];
  offset: number;
  total: number;
}

/** Some columns as numbers, ready for worker threads. */
export interface DatasetMatrix {
  /** Row-major, rows x columns, on a SharedArrayBuffer; NaN where a cell is missing. */
  data: Float64Array;
  rows: number;
  /** What its columns are, in their order. */
  columns: MatrixColumn[];
}

/** What is stored: listed, looked into, read back for training, held and deleted. */
@Injectable()
export class DatasetsService {
  constructor(
    private readonly repository: DatasetsRepository,
    private readonly chats: ChatsService,
    private readonly dataSource: DataSource,
  ) {}

  /** The data sets of a chat, newest first. */
  async list(userId: string, chatId: string, page: PageQuery): Promise<Page<Dataset>> {
    await this.chats.require(userId, chatId);
    return this.repository.list(userId, chatId, page);
  }

  /** @throws NotFoundError when the data set does not exist or is somebody else's */
  async require(userId: string, datasetId: string): Promise<Dataset> {
    const dataset = await this.repository.find(userId, datasetId);
    if (!dataset) throw new NotFoundError();
    return dataset;
  }

  /** @throws DatasetInUseError while a queued or running run reads it */
  async delete(userId: string, datasetId: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // Locked first: a hold that is being placed is waited for, and then seen.
      if (!(await this.repository.lock(manager, userId, datasetId))) throw new NotFoundError();
      if (await this.repository.isHeld(manager, userId, datasetId)) throw new DatasetInUseError();
      await this.repository.delete(manager, userId, datasetId);
    });
  }

  /** Rows `offset` to `offset + limit - 1`, as far as there are any. */
  async rows(userId: string, datasetId: string, offset: number, limit: number): Promise<DatasetRows> {
    const dataset = await this.require(userId, datasetId);
    const isNumber = dataset.columns.map(({ type }) => type === 'number');
    const end = Math.min(offset + limit, dataset.rowCount);
    const rows: Cell[][] = [];
    for await (const { block, firstRow } of this.blocks(dataset, offset, end)) {
      const chunks = isNumber.map((_, column) => block.column(column));
      const last = Math.min(block.rows, end - firstRow);
      for (let row = Math.max(0, offset - firstRow); row < last; row++) {
        rows.push(chunks.map((chunk, column) => (isNumber[column] ? finite(chunk.number(row)) : chunk.text(row))));
      }
    }
    return { columns: dataset.columns.map(({ name }) => name), rows, offset, total: dataset.rowCount };
  }

  /**
   * The cells of some rows, column by column, as JSON shows them.
   *
   * @param rows ascending, each below the number of rows
   */
  async cellsOf(dataset: Dataset, rows: readonly number[]): Promise<Cell[][]> {
    const isNumber = dataset.columns.map(({ type }) => type === 'number');
    const cells: Cell[][] = isNumber.map(() => []);
    for (let at = 0; at < rows.length;) {
      for await (const { block, firstRow } of this.blocks(dataset, rows[at], rows[at] + 1)) {
        const from = at;
        while (at < rows.length && rows[at] < firstRow + block.rows) at++;
        cells.forEach((column, c) => {
          const chunk = block.column(c);
          for (let i = from; i < at; i++) {
            const row = rows[i] - firstRow;
            column.push(isNumber[c] ? finite(chunk.number(row)) : chunk.text(row));
          }
        });
      }
    }
    return cells;
  }

  /**
   * Reads columns into one matrix for training: numbers as they are, dates as milliseconds since 1970, all else as
   * positions in a dictionary.
   *
   * @param columns names, in the order wanted
   * @throws UnknownColumnError for a name that the data set does not have
   */
  async openColumns(userId: string, datasetId: string, columns: readonly string[]): Promise<DatasetMatrix> {
    const dataset = await this.require(userId, datasetId);
    const names = dataset.columns.map(({ name }) => name);
    const readers = columns.map((name) => {
      const position = names.indexOf(name);
      if (position < 0) throw new UnknownColumnError(name, names);
      return { position, reader: columnReader(dataset.columns[position]) };
    });
    const width = readers.length;
    const data = new Float64Array(new SharedArrayBuffer(8 * dataset.rowCount * width));
    for await (const { block, firstRow } of this.blocks(dataset, 0, dataset.rowCount)) {
      readers.forEach(({ position, reader }, column) => {
        reader.read(block.column(position), block.rows, data, firstRow * width + column, width);
      });
    }
    return { data, rows: dataset.rowCount, columns: readers.map(({ reader }) => reader.column) };
  }

  /**
   * All rows from the first to the last, in batches, each cell spelled as in the file (numbers of more than 15
   * digits as the shortest decimal for their float64).
   */
  async *iterateRows(userId: string, datasetId: string): AsyncGenerator<string[][]> {
    const dataset = await this.require(userId, datasetId);
    for await (const { block } of this.blocks(dataset, 0, dataset.rowCount)) {
      const chunks = dataset.columns.map((_, column) => block.column(column));
      for (let from = 0; from < block.rows; from += BATCH_ROWS) {
        const count = Math.min(BATCH_ROWS, block.rows - from);
        yield Array.from({ length: count }, (_, i) => chunks.map((chunk) => chunk.spelling(from + i)));
      }
    }
  }

  /** All blocks as they are stored, from the first to the last; see `BlockReader`. */
  async *iterateBlocks(
    userId: string,
    datasetId: string,
  ): AsyncGenerator<{ bytes: Uint8Array; rows: number; firstRow: number }> {
    const dataset = await this.require(userId, datasetId);
    for await (const { bytes, block, firstRow } of this.blocks(dataset, 0, dataset.rowCount)) {
      yield { bytes, rows: block.rows, firstRow };
    }
  }

  /**
   * Says, in the transaction that makes a run, that the run reads a data set, which cannot be deleted until
   * {@link release}.
   *
   * @throws NotFoundError when the data set is gone
   */
  async hold(manager: EntityManager, userId: string, datasetId: string, runId: string): Promise<void> {
    try {
      await this.repository.hold(manager, { runId, userId, datasetId });
    } catch (error) {
      throw isForeignKeyViolation(error) ? new NotFoundError() : error;
    }
  }

  /** Ends a run's hold, in the transaction that ends the run; nothing happens when there is none. */
  async release(manager: EntityManager, userId: string, runId: string): Promise<void> {
    await this.repository.release(manager, userId, runId);
  }

  /** The blocks that hold rows `from` to `to - 1`. */
  private async *blocks(
    dataset: Dataset,
    from: number,
    to: number,
  ): AsyncGenerator<{ bytes: Uint8Array; block: BlockReader; firstRow: number }> {
    for (let row = from; row < to;) {
      const stored = await this.repository.findBlock(dataset.userId, dataset.id, row);
      // Deleted while it was read.
      if (!stored) throw new NotFoundError();
      const block = new BlockReader(stored.bytes);
      yield { bytes: stored.bytes, block, firstRow: stored.firstRow };
      row = stored.firstRow + block.rows;
    }
  }
}

const BATCH_ROWS = 1024;

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
