import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChatsService } from '../chats/chats.service.js';
import { NotFoundError } from '../common/errors.js';
import { newId } from '../common/ids.js';
import type { Page, PageQuery } from '../common/paging.js';
import { invertPreparation } from '../ml/preparation/preparation.js';
import type { FittedPreparation } from '../ml/preparation/types.js';
import type { Metric } from '../ml/types.js';
import { exportCenters, type ExportedFile } from './centers-export.js';
import { readImport } from './centers-import.js';
import type { Centers, NewCenters, Transitions } from './centers.entity.js';
import { CentersRepository } from './centers.repository.js';
import type { ExportFormat } from './dto/centers-requests.dto.js';
import { Models } from './models.js';
import { withoutNegativeZeros } from './floats.js';
import type { TrainedModel } from './trained-model.js';

/** What a run hands over when it has succeeded. */
export interface TrainedCenters {
  userId: string;
  chatId: string;
  runId: string;
  /** The centers that the run began from, when it was a retrain. */
  parent?: {
    id: string;
    /** Whether clusters have the numbers that they have there; their names then come along. */
    keepNames: boolean;
    transitions: Transitions;
  };
  /** Default: `k clusters`. */
  name?: string;
  /** As fitted on the rows of the run. */
  preparation: FittedPreparation;
  metric: Metric;
  model: TrainedModel;
  seed: number;
  /** The parameters of the run, defaults filled in. Plain JSON. */
  params: Record<string, unknown>;
  /** The column that names a row. */
  idColumn?: string;
  engineVersion: string;
  /** Of the data set trained on, in hex. */
  datasetSha256: string;
}

/** Stored centers: immutable and numbered within their chat. */
@Injectable()
export class CentersService {
  constructor(
    private readonly repository: CentersRepository,
    private readonly chats: ChatsService,
    private readonly models: Models,
    private readonly dataSource: DataSource,
  ) {}

  /** Newest first. @throws NotFoundError when the chat is not the user's */
  async list(userId: string, chatId: string, page: PageQuery): Promise<Page<Centers>> {
    await this.chats.require(userId, chatId);
    return this.repository.list(userId, chatId, page);
  }

  /** @throws NotFoundError when the centers do not exist or are somebody else's */
  async require(userId: string, centersId: string): Promise<Centers> {
    const centers = await this.repository.find(userId, centersId);
    if (!centers) throw new NotFoundError();
    return centers;
  }

  /**
   * Stores what a run found, within the transaction that ends the run, and tells the chat: these are its latest
   * centers, and a message says so.
   *
   * @returns the stored centers, whose id belongs into the run's result
   * @throws NotFoundError when the chat is gone
   */
  createFromRun(manager: EntityManager, run: TrainedCenters): Promise<Centers> {
    const { preparation, model } = run;
    const { trained } = model;
    const features = preparation.features.length;
    const k = trained.length / features;
    const { data } = invertPreparation(preparation, { data: trained, rows: k, columns: features });
    const fields: NewCenters = {
      userId: run.userId,
      chatId: run.chatId,
      runId: run.runId,
      parentId: run.parent?.id ?? null,
      name: run.name ?? plural(k, 'cluster'),
      columns: preparation.columns.map(({ name }) => name),
      values: withoutNegativeZeros(data),
      trained,
      metric: run.metric,
      preparation,
      clusters: model.clusters,
      statistics: model.statistics,
      clusterNames: new Array<null>(k).fill(null),
      idColumn: run.idColumn ?? null,
      inertia: model.inertia,
      metrics: model.metrics,
      params: run.params,
      seed: run.seed,
      engineVersion: run.engineVersion,
      datasetSha256: run.datasetSha256,
      transitions: run.parent?.transitions ?? null,
    };
    return this.create(manager, fields, run.parent?.keepNames);
  }

  /**
   * Takes in centers from elsewhere: `{name?, columns, values}`, or a bundle as {@link export} writes it.
   *
   * @param keep remembers the answer, in the same transaction
   * @throws InvalidRequestError, InvalidCentersError naming the place; nothing is stored then
   */
  async import(
    userId: string,
    chatId: string,
    body: unknown,
    keep: (manager: EntityManager, centers: Centers) => Promise<void>,
  ): Promise<Centers> {
    await this.chats.require(userId, chatId);
    const imported = await readImport(body);
    return this.dataSource.transaction(async (manager) => {
      const centers = await this.create(manager, { ...imported, userId, chatId });
      await keep(manager, centers);
      return centers;
    });
  }

  /** The centers as a file. */
  async export(userId: string, centersId: string, format: ExportFormat): Promise<ExportedFile> {
    return exportCenters(await this.require(userId, centersId), format);
  }

  /** Numbers and stores centers and tells the chat, within the caller's transaction. */
  private async create(manager: EntityManager, fields: NewCenters, keepNames = false): Promise<Centers> {
    const { userId, chatId } = fields;
    const id = newId();
    // First, for it locks the chat's row: whoever creates or deletes centers of a chat at the same time waits here.
    await this.chats.setLatestCenters(manager, userId, chatId, id);
    const version = await this.repository.nextVersion(manager, userId, chatId);
    const centers: Centers = { ...fields, id, version, k: fields.clusterNames.length, createdAt: new Date() };
    if (fields.parentId !== null) {
      // Held until the end, and read only now: it may have been deleted, or its clusters named, while the run went on.
      const parent = await this.repository.hold(manager, userId, fields.parentId);
      centers.parentId = parent?.id ?? null;
      if (parent && keepNames) centers.clusterNames = parent.clusterNames;
    }
    await this.repository.insert(manager, centers);
    const origin = fields.runId ? 'Trained' : 'Imported';
    const shape = `${plural(centers.k, 'cluster')} of ${plural(centers.columns.length, 'column')}`;
    await this.chats.addMessage(manager, {
      userId,
      chatId,
      author: 'assistant',
      kind: 'centers',
      text: `${origin} centers, version ${version}, "${centers.name}": ${shape}.`,
      centersId: id,
      ...(fields.runId && { runId: fields.runId }),
    });
    return centers;
  }

  async rename(userId: string, centersId: string, name: string): Promise<Centers> {
    if (!(await this.repository.update(userId, centersId, { name }))) throw new NotFoundError();
    return this.require(userId, centersId);
  }

  /** Deletes centers. A pin on them goes; the newest that are left become the chat's latest. */
  async delete(userId: string, centersId: string): Promise<void> {
    const { chatId } = await this.require(userId, centersId);
    await this.dataSource.transaction(async (manager) => {
      // First, for it locks the chat's row; which centers are the newest is only known behind that.
      await this.chats.forgetCenters(manager, userId, chatId, centersId, null);
      if (!(await this.repository.delete(manager, userId, centersId))) throw new NotFoundError();
      const latestId = await this.repository.findLatestId(manager, userId, chatId);
      await this.chats.setLatestCenters(manager, userId, chatId, latestId);
    });
    this.models.forget();
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
