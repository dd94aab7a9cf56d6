import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, LessThanOrEqual, Repository } from 'typeorm';
import { type Page, type PageQuery, readPage } from '../common/paging.js';
import { DatasetBlock } from './dataset-block.entity.js';
import { DatasetHold } from './dataset-hold.entity.js';
import { Dataset } from './dataset.entity.js';

/** Data sets, their blocks and holds in the database; every query names the owner, and sees what is ready only. */
@Injectable()
export class DatasetsRepository {
  constructor(
    @InjectRepository(Dataset) private readonly datasets: Repository<Dataset>,
    @InjectRepository(DatasetBlock) private readonly blocks: Repository<DatasetBlock>,
  ) {}

  find(userId: string, datasetId: string, manager?: EntityManager): Promise<Dataset | null> {
    const datasets = manager?.getRepository(Dataset) ?? this.datasets;
    return datasets.findOneBy({ userId, id: datasetId, state: 'ready' });
  }

  list(userId: string, chatId: string, page: PageQuery): Promise<Page<Dataset>> {
    const query = this.datasets
      .createQueryBuilder('dataset')
      .where(`dataset.userId = :userId AND dataset.chatId = :chatId AND dataset.state = 'ready'`, { userId, chatId });
    return readPage(query, page, { direction: 'DESC' });
  }

  /** Begins a data set that is `loading`: unseen until it is completed. */
  async begin(manager: EntityManager, dataset: Dataset): Promise<void> {
    await manager.insert(Dataset, dataset);
  }

  async addBlock(userId: string, datasetId: string, firstRow: number, bytes: Buffer): Promise<void> {
    await this.blocks.insert({ userId, datasetId, firstRow, bytes });
  }

  /** Makes a loading data set seen; whether it was still there. */
  async complete(manager: EntityManager, dataset: Dataset): Promise<boolean> {
    const { affected } = await manager.update(
      Dataset,
      { userId: dataset.userId, id: dataset.id, state: 'loading' },
      dataset,
    );
    return affected === 1;
  }

  /** Takes back what could not be completed. */
  async discard(userId: string, datasetId: string): Promise<void> {
    await this.datasets.delete({ userId, id: datasetId, state: 'loading' });
  }

  /** Removes what processes that died left half-loaded; of every owner. */
  async discardStale(before: Date): Promise<void> {
    await this.datasets.delete({ state: 'loading', createdAt: LessThan(before) });
  }

  /** Bytes that the owner's blocks take, loading ones included. */
  async storedBytes(manager: EntityManager, userId: string): Promise<number> {
    return (await manager.sum(Dataset, 'storedBytes', { userId })) ?? 0;
  }

  /** The block that holds a row. */
  findBlock(userId: string, datasetId: string, row: number): Promise<DatasetBlock | null> {
    return this.blocks.findOne({
      where: { userId, datasetId, firstRow: LessThanOrEqual(row) },
      order: { firstRow: 'DESC' },
    });
  }

  /** Locks a data set against new holds until the transaction ends; whether there is one. */
  async lock(manager: EntityManager, userId: string, datasetId: string): Promise<boolean> {
    const found = await manager.findOne(Dataset, {
      select: { id: true },
      where: { userId, id: datasetId, state: 'ready' },
      lock: { mode: 'pessimistic_write' },
    });
    return found !== null;
  }

  isHeld(manager: EntityManager, userId: string, datasetId: string): Promise<boolean> {
    return manager.existsBy(DatasetHold, { userId, datasetId });
  }

  async delete(manager: EntityManager, userId: string, datasetId: string): Promise<void> {
    await manager.delete(Dataset, { userId, id: datasetId });
  }

  async hold(manager: EntityManager, hold: DatasetHold): Promise<void> {
    await manager.insert(DatasetHold, hold);
  }

  async release(manager: EntityManager, userId: string, runId: string): Promise<void> {
    await manager.delete(DatasetHold, { userId, runId });
  }
}
