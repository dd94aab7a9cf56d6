import { DataSource } from 'typeorm';
import type { Centers } from '../../src/centers/centers.entity.js';
import { CentersService } from '../../src/centers/centers.service.js';
import { trainedModel } from '../../src/centers/trained-model.js';
import { KMeansService } from '../../src/ml/kmeans.service.js';
import { fitPreparation } from '../../src/ml/preparation/preparation.js';
import type { PreparationOptions } from '../../src/ml/preparation/types.js';
import { ENGINE_VERSION, type Metric } from '../../src/ml/types.js';
import type { TestApp } from '../support/app.js';
import { readTable, type Table } from '../support/golden.js';
import type { TestUser } from './users.js';

export interface TrainOptions extends PreparationOptions {
  k?: number;
  metric?: Metric;
  idColumn?: string;
  /** Id of the centers that they were retrained from. */
  parentId?: string;
  /** Default: iris. */
  table?: Table;
}

/** Trains and stores centers as a run does, without a run. */
export async function trainCenters(
  { app }: Pick<TestApp, 'app'>,
  user: TestUser,
  chatId: string,
  { k = 3, metric = 'euclidean', idColumn, parentId, table = readTable('iris.csv'), ...options }: TrainOptions = {},
): Promise<{ centers: Centers; labels: Int32Array; distances: Float64Array; rows: number[][]; columns: string[] }> {
  const engine = app.get(KMeansService);
  const { preparation, matrix } = fitPreparation(table.columns, options);
  const fit = await engine.fit(matrix, { k, nInit: 10, seed: 1, metric });
  const centres = { data: fit.centers, rows: k, columns: fit.columns };
  const evaluation = await engine.evaluate(matrix, { centers: centres, labels: fit.labels, metric });
  const { distances } = await engine.predict(matrix, centres, { metric });
  const centers = await app.get(DataSource).transaction((manager) =>
    app.get(CentersService).createFromRun(manager, {
      userId: user.id,
      chatId,
      runId: '01890000-0000-7000-8000-000000000000',
      preparation,
      metric,
      model: trainedModel(preparation, fit, evaluation),
      seed: fit.seed,
      params: { k, metric, seed: 1 },
      ...(idColumn !== undefined && { idColumn }),
      ...(parentId !== undefined && {
        parent: {
          id: parentId,
          keepNames: true,
          transitions: { stayed: table.matrix.rows, moved: 0, unplaced: 0, table: [], unlisted: 0 },
        },
      }),
      engineVersion: ENGINE_VERSION,
      datasetSha256: 'ab'.repeat(32),
    }),
  );
  const rows = Array.from({ length: table.matrix.rows }, (_, i) => table.columns.map(({ values }) => values[i]));
  return { centers, labels: fit.labels, distances, rows, columns: table.columns.map(({ name }) => name) };
}
