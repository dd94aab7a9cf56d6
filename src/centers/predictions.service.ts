import { Injectable } from '@nestjs/common';
import { ChatsService } from '../chats/chats.service.js';
import { Metrics } from '../common/metrics.js';
import { InvalidRequestError } from '../common/validation.js';
import { EngineError } from '../ml/errors.js';
import { KMeansService } from '../ml/kmeans.service.js';
import { columnsOfFeatures, prepareRecords, prepareRows } from '../ml/preparation/preparation.js';
import type { Cell, PreparedRows } from '../ml/preparation/types.js';
import type { Matrix } from '../ml/types.js';
import { InvalidRowsError, NoCentersError } from './centers.errors.js';
import type { PredictionDto, PredictionsDto } from './dto/predictions.dto.js';
import { type Model, Models } from './models.js';
import { findNearest, marginOf, type Nearest } from './nearest.js';
import type { PredictionBody } from './prediction-body.js';

/** Numbers that one answer may hold under `detail=distances`. */
const MAX_DISTANCES = 2_000_000;

/** Which cluster does a row belong to? */
@Injectable()
export class PredictionsService {
  constructor(
    private readonly models: Models,
    private readonly chats: ChatsService,
    private readonly engine: KMeansService,
    private readonly metrics: Metrics,
  ) {}

  /** The centers that a chat's predictions use: those pinned to it, or else its latest. @throws NotFoundError, NoCentersError */
  async centersOf(userId: string, chatId: string): Promise<string> {
    const centersId = await this.chats.requireCentersId(userId, chatId);
    if (centersId === null) throw new NoCentersError();
    return centersId;
  }

  /**
   * @param allDistances whether to add the distance to every centre
   * @throws NotFoundError, InvalidRowsError naming row and column
   */
  async predict(
    userId: string,
    centersId: string,
    body: PredictionBody,
    allDistances: boolean,
  ): Promise<PredictionsDto> {
    const model = await this.models.get(userId, centersId);
    const { predictions } = await this.place(model, body, allDistances);
    return { centersId, predictions };
  }

  /** The prediction of the only row, and the row in the space of the centres. */
  async placeOne(model: Model, body: PredictionBody): Promise<{ prediction: PredictionDto; prepared: Matrix['data'] }> {
    const { predictions, prepared } = await this.place(model, body, false);
    return { prediction: predictions[0], prepared: prepared.data };
  }

  private async place(
    model: Model,
    body: PredictionBody,
    allDistances: boolean,
  ): Promise<{ predictions: PredictionDto[]; prepared: Matrix }> {
    const rows = prepare(model, body);
    if (allDistances && rows.rows * model.centers.rows > MAX_DISTANCES) {
      throw new InvalidRowsError(
        'prediction.too_many_distances',
        `${rows.rows} rows times ${model.centers.rows} clusters are more than the ${MAX_DISTANCES} distances of one answer.`,
      );
    }
    if (rows.rows === 0) return { predictions: [], prepared: rows };
    const near = await findNearest(this.engine, rows, model.centers, model.metric, allDistances).catch(
      (error: unknown) => refuseRow(model, body, error),
    );
    this.metrics.rows.inc({ work: 'predicted' }, rows.rows);
    return { predictions: describe(model, near, rows.unknown, idsOf(model, body)), prepared: rows };
  }
}

/** The rows in the space of the centres. */
function prepare(model: Model, body: PredictionBody): PreparedRows {
  if (body.records) refuseUnknownFields(model, body.records);
  try {
    return body.records ? prepareRecords(model.preparation, body.records) : prepareRows(model.preparation, body.rows);
  } catch (error) {
    return refuseRow(model, body, error);
  }
}

/** A misspelt field would otherwise be passed over in silence. */
function refuseUnknownFields({ names, idColumn }: Model, records: NonNullable<PredictionBody['records']>): void {
  records.forEach((record, i) => {
    for (const field of Object.keys(record)) {
      if (names.has(field) || field === idColumn) continue;
      throw new InvalidRequestError([{ path: `records.${i}.${field}`, message: 'is no column of these centers.' }]);
    }
  });
}

/** The engine's refusal of a row, as the problem of this request. */
function refuseRow({ preparation }: Model, body: PredictionBody, error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  const { row, column } = error.details;
  if (typeof row !== 'number') throw error;
  const name = typeof column === 'number' ? columnsOfFeatures(preparation)[column] : column;
  const place = body.records ? name : preparation.columns.findIndex((candidate) => candidate.name === name);
  const path = [body.records ? 'records' : 'rows', row, ...(typeof name === 'string' ? [place] : [])].join('.');
  const [, word] = error.code.split('.');
  throw new InvalidRowsError(`prediction.${word}`, error.message, [{ path, message: error.message }]);
}

function describe(
  { outlierDistances }: Model,
  near: Nearest,
  unknown: PreparedRows['unknown'],
  ids: (Cell | undefined)[] | null,
): PredictionDto[] {
  const { labels, distances, runnerUps, runnerUpDistances, all } = near;
  const k = outlierDistances.length;
  return Array.from(labels, (cluster, i) => {
    const distance = distances[i];
    const runnerUp = runnerUps[i];
    const limit = outlierDistances[cluster];
    return {
      cluster,
      distance,
      runnerUp: runnerUp < 0 ? null : runnerUp,
      margin: runnerUp < 0 ? null : marginOf(distance, runnerUpDistances[i]),
      outlier: Number.isNaN(limit) ? null : distance > limit,
      ...(ids?.[i] !== undefined && { id: ids[i] }),
      ...(unknown.has(i) && { unknown: [...unknown.get(i)!] }),
      ...(all && { distances: Array.from(all.subarray(i * k, (i + 1) * k)) }),
    };
  });
}

function idsOf({ idColumn }: Model, { records }: PredictionBody): (Cell | undefined)[] | null {
  if (idColumn === null || !records) return null;
  return records.map((record) => (Object.hasOwn(record, idColumn) ? record[idColumn] : undefined));
}
