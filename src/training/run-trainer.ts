import { Injectable } from '@nestjs/common';
import type { Centers, Transitions } from '../centers/centers.entity.js';
import { CentersService } from '../centers/centers.service.js';
import { DatasetsService } from '../datasets/datasets.service.js';
import { prepare } from '../datasets/preparing/prepare.js';
import type { PreparedTable, RunTable } from '../datasets/preparing/prepare-table.js';
import { KMeansService } from '../ml/kmeans.service.js';
import { prepareCenters } from '../ml/preparation/preparation.js';
import type { InitialCenters, Matrix } from '../ml/types.js';
import { CheckpointKeeper, unpackState } from './checkpoint-keeper.js';
import type { ProgressReporter } from './progress-reporter.js';
import { type FitTask, RunFits, type Sweep } from './run-fits.js';
import type { StoredProjection } from './run-output.entity.js';
import { placeBy, transitionsOf } from './run-transitions.js';
import type { Run } from './run.entity.js';
import type { Fitted, RunParams } from './run.types.js';

/** Points of the picture that is kept of a run. */
const PROJECTED_ROWS = 100_000;

/** Where it is kept how far an attempt has come. */
export interface Checkpoints {
  load: () => Promise<Buffer | undefined>;
  /** Must not reject. */
  save: (state: Buffer) => Promise<void>;
  milliseconds: number;
}

/** Everything that a training found out. */
export interface Trained extends Fitted {
  sweep?: Sweep;
  /** Of a run that began from centers. */
  transitions?: Transitions;
  prepared: Pick<PreparedTable, 'preparation' | 'keptRows' | 'warnings'>;
  projection: StoredProjection;
  datasetSha256: string;
  rowCount: number;
}

/** From a run's parameters to what they lead to. Writes nothing. */
@Injectable()
export class RunTrainer {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly centers: CentersService,
    private readonly fits: RunFits,
    private readonly kmeans: KMeansService,
  ) {}

  /**
   * @throws EngineError when the data turn out to be such that the run cannot be
   * @throws DomainError when the data set or the centers to begin from are gone
   */
  async train(run: Run, progress: ProgressReporter, kept: Checkpoints, signal: AbortSignal): Promise<Trained> {
    const { params, userId } = run;
    const dataset = await this.datasets.require(userId, params.datasetId);
    const saved = unpackState(await kept.load(), dataset.sha256);
    const checkpoints = new CheckpointKeeper(saved, kept.milliseconds, dataset.sha256, kept.save);
    progress.begin('reading');
    const table = await this.read(userId, params);
    progress.begin('preparing');
    const parent = typeof params.init === 'object' ? await this.centers.require(userId, params.init.centersId) : null;
    // Before the preparation, which uses the memory of the raw values for the prepared ones.
    const before = parent && (await placeBy(parent, table, this.kmeans, signal));
    const prepared = await prepare(table, signal);
    const matrix = matrixOf(prepared);
    progress.begin('seeding');
    const task: FitTask = {
      matrix,
      weights: prepared.weights,
      params,
      init: parent ? initialCenters(parent, prepared) : (params.init as 'k-means++' | 'random'),
      keepIds: params.keepIds === true,
      progress,
      checkpoints,
      signal,
    };
    const { k } = params;
    const fitted = await (typeof k === 'number' ? this.fits.one(task, k) : this.fits.sweep(task, k)).finally(() =>
      checkpoints.close(),
    );
    const { fit } = fitted;
    progress.begin('evaluating');
    const centers: Matrix = { data: fit.centers, rows: fit.k, columns: fit.columns };
    const projection = await this.project(matrix, centers, prepared.keptRows, params, signal);
    return {
      ...fitted,
      prepared,
      projection,
      ...(before && { transitions: transitionsOf(before, fit.labels, prepared.keptRows) }),
      datasetSha256: dataset.sha256,
      rowCount: dataset.rowCount,
    };
  }

  private async read(userId: string, params: RunParams): Promise<RunTable> {
    const { columns, weightColumn, missing, scaling, columnWeights, logColumns, rareShare } = params;
    const weighted = weightColumn !== undefined;
    const wanted = weighted ? [...columns, weightColumn] : columns;
    return {
      ...(await this.datasets.openColumns(userId, params.datasetId, wanted)),
      weighted,
      options: { missing, scaling, columnWeights, logColumns, rareShare },
    };
  }

  private async project(
    matrix: Matrix,
    centers: Matrix,
    keptRows: Int32Array,
    { seed, metric }: RunParams,
    signal: AbortSignal,
  ): Promise<StoredProjection> {
    const picture = await this.kmeans.project(matrix, {
      components: 2,
      limit: PROJECTED_ROWS,
      seed,
      metric,
      centers,
      signal,
    });
    // With a single column there is one axis; the other is flat.
    const pair = (from: Float64Array, i: number): [number, number] => [
      from[i * picture.components],
      picture.components > 1 ? from[i * picture.components + 1] : 0,
    ];
    const ratio = pair(picture.explainedVarianceRatio, 0);
    return {
      centers: Array.from({ length: centers.rows }, (_, i) => pair(picture.centers!, i)),
      explainedVariance: ratio,
      rows: Array.from(picture.rows, (row) => keptRows[row]),
      points: Array.from(picture.rows, (_, i) => pair(picture.points, i)).flat(),
    };
  }
}

function matrixOf({ data, preparation }: PreparedTable): Matrix {
  const columns = preparation.features.length;
  return { data, rows: data.length / columns, columns };
}

/** Centres of an earlier training, brought into the space that this run trains in. */
function initialCenters(parent: Centers, { preparation }: PreparedTable): InitialCenters {
  const values: Matrix = { data: parent.values, rows: parent.k, columns: parent.preparation.features.length };
  return { centers: prepareCenters(preparation, parent.preparation, values) };
}
