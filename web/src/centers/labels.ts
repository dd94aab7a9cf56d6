import { api, data, type Schemas } from '../api/client';
import { askPredictions } from './ask';

type Centers = Schemas['CentersDto'];
type Dataset = Schemas['DatasetDto'];

/** Rows asked for in one call, and calls at most: enough to tell how rows moved, and soon. */
const BLOCK = 1000;
const BLOCKS = 10;

/** Labels of the same rows under two sets of centers. */
export interface Labels {
  first: (number | null)[];
  second: (number | null)[];
  /** Rows that were looked at: all of the table, or blocks spread evenly over it. */
  rows: number;
}

/**
 * The clusters of a table's rows under two sets of centers: as training gave them where both were trained on it, else
 * by prediction, on a sample where the table is large.
 */
export async function labelBoth(dataset: Dataset, first: Centers, second: Centers): Promise<Labels> {
  const trained = await Promise.all([trainedLabels(dataset, first), trainedLabels(dataset, second)]);
  const [a, b] = trained;
  if (a && b) return { first: a, second: b, rows: a.length };
  const labels: Labels = { first: [], second: [], rows: 0 };
  const blocks = Math.min(BLOCKS, Math.ceil(dataset.rowCount / BLOCK));
  const step = Math.max(BLOCK, Math.floor(dataset.rowCount / blocks));
  for (let i = 0; i < blocks; i++) {
    const { columns, rows, offset } = await data(
      api.GET('/api/v1/datasets/{datasetId}/rows', {
        params: { path: { datasetId: dataset.id }, query: { offset: i * step, limit: BLOCK } },
      }),
    );
    const records = rows.map((row) => Object.fromEntries(columns.map((name, j) => [name, row[j] ?? null])));
    const under = async (centers: Centers, known: (number | null)[] | undefined) =>
      known ? known.slice(offset, offset + rows.length) : predictedLabels(centers, records);
    const [here, there] = await Promise.all([under(first, a), under(second, b)]);
    labels.first.push(...here);
    labels.second.push(...there);
    labels.rows += rows.length;
  }
  return labels;
}

/** What training said of the rows, if these centers are what it chose for them. */
async function trainedLabels(dataset: Dataset, { id, runId }: Centers): Promise<(number | null)[] | undefined> {
  if (!runId) return undefined;
  const run = await data(api.GET('/api/v1/runs/{runId}', { params: { path: { runId } } }));
  // Of the other numbers of clusters that a run tried, its labels say nothing.
  if (run.datasetId !== dataset.id || run.result?.centersId !== id) return undefined;
  const answer = await data(api.GET('/api/v1/runs/{runId}/labels', { params: { path: { runId } } }));
  // Other formats are text and bytes; unless asked for they are not given.
  return typeof answer === 'string' ? undefined : answer.labels;
}

async function predictedLabels({ id, columns, idColumn }: Centers, records: Record<string, unknown>[]) {
  const known = new Set(idColumn ? [...columns, idColumn] : columns);
  const asked = records.map((record) => Object.fromEntries(Object.entries(record).filter(([name]) => known.has(name))));
  const predictions = await askPredictions(id, asked);
  return predictions.map(({ cluster }) => cluster);
}
