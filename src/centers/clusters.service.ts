import { Injectable } from '@nestjs/common';
import { DomainError, NotFoundError } from '../common/errors.js';
import type { Page, PageQuery } from '../common/paging.js';
import { InvalidRequestError } from '../common/validation.js';
import { InvalidRowsError } from './centers.errors.js';
import { CentersRepository } from './centers.repository.js';
import { CentersService } from './centers.service.js';
import { type ClusterProfile, profileCluster } from './cluster-profile.js';
import type { ExplanationDto } from './dto/clusters.dto.js';
import { featureSources } from '../ml/preparation/categories.js';
import { explainChoice } from './explanation.js';
import { toModel } from './models.js';
import { type PredictionBody, readPredictionBody } from './prediction-body.js';
import { PredictionsService } from './predictions.service.js';

/** What sets clusters apart, and why a row belongs to one of them. */
@Injectable()
export class ClustersService {
  constructor(
    private readonly repository: CentersRepository,
    private readonly centers: CentersService,
    private readonly predictions: PredictionsService,
  ) {}

  /** The profiles of the clusters, by their number. @throws NotFoundError */
  async list(userId: string, centersId: string, { limit, cursor }: PageQuery): Promise<Page<ClusterProfile>> {
    const centers = await this.centers.require(userId, centersId);
    const first = cursor === undefined ? 0 : Number(/^after-(\d{1,6})$/.exec(cursor)?.[1] ?? NaN) + 1;
    if (Number.isNaN(first)) {
      throw new InvalidRequestError([{ path: 'cursor', message: 'must be a nextCursor of this list.' }]);
    }
    const count = Math.max(0, Math.min(limit, centers.k - first));
    const items = Array.from({ length: count }, (_, i) => profileCluster(centers, first + i));
    return { items, nextCursor: first + count < centers.k ? `after-${first + count - 1}` : null };
  }

  /** @param name null takes the name away. @throws NotFoundError also when there is no such cluster */
  async name(userId: string, centersId: string, cluster: number, name: string | null): Promise<ClusterProfile> {
    if (!(await this.repository.nameCluster(userId, centersId, cluster, name))) throw new NotFoundError();
    return profileCluster(await this.centers.require(userId, centersId), cluster);
  }

  /** How each column speaks for the cluster of a row against the runner-up. */
  async explain(userId: string, centersId: string, body: unknown): Promise<ExplanationDto> {
    const one = readRowBody(body);
    const centers = await this.centers.require(userId, centersId);
    const model = toModel(centers);
    const { prediction, prepared } = await this.predictions.placeOne(model, one).catch(ofOneRow);
    const { cluster, runnerUp } = prediction;
    const terms = runnerUp === null ? null : explainChoice(model, prepared, cluster, runnerUp);
    if (terms && !Number.isFinite(terms.difference)) {
      throw new InvalidRowsError('prediction.out_of_range', 'The squared distances of this row are beyond float64.');
    }
    const width = model.centers.columns;
    const { columns } = centers.preparation;
    const sources = featureSources(columns);
    return {
      centersId,
      prediction,
      columns: columns.map(({ name, type }, j) => {
        const features = [...sources.keys()].filter((feature) => sources[feature] === j);
        // Of a category's features, the one that is not 0 is what the row has.
        const shown = type === 'category' ? features.find((feature) => prepared[feature] !== 0) : features[0];
        const centerOf = (at: number): number | null =>
          shown === undefined ? null : centers.values[at * width + shown];
        return {
          name,
          value: one.records ? one.records[0][name] : one.rows[0][j],
          center: centerOf(cluster),
          runnerUpCenter: runnerUp === null ? null : centerOf(runnerUp),
          contribution: terms?.contributions[j] ?? null,
        };
      }),
      difference: terms ? terms.difference : null,
    };
  }
}

/** `{row}` or `{record}` as a prediction of one row. @throws InvalidRequestError */
function readRowBody(body: unknown): PredictionBody {
  const { row, record, ...others } = Object(body) as { row?: unknown; record?: unknown };
  try {
    const unknown = Object.keys(others).at(0);
    if (unknown !== undefined)
      throw new InvalidRequestError([{ path: unknown, message: 'is not a field of this request.' }]);
    if ((row === undefined) === (record === undefined)) {
      throw new InvalidRequestError([{ path: 'row', message: 'or record: give exactly one of the two.' }]);
    }
    return readPredictionBody(row === undefined ? { records: [record] } : { rows: [row] });
  } catch (error) {
    return ofOneRow(error);
  }
}

/** The refusal of a row among many as that of the only one. */
function ofOneRow(error: unknown): never {
  if (!(error instanceof DomainError) || !error.errors) throw error;
  const errors = error.errors.map(({ path, message }) => ({ path: path.replace(/^(row|record)s\.0/, '$1'), message }));
  throw new DomainError(error.kind, error.code, error.message.replace(/^(row|record)s\.0/, '$1'), errors);
}
