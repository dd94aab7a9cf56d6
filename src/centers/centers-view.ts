import type { Centers } from './centers.entity.js';
import type { CentersDto } from './dto/centers-answers.dto.js';
import { toRows } from './floats.js';

/** Centers as a client sees them. */
export function toCentersDto(centers: Centers): CentersDto {
  const { id, chatId, runId, parentId, name, version, k, columns, preparation, clusters, clusterNames } = centers;
  const { metric, idColumn, inertia, metrics, params, seed, engineVersion, datasetSha256, transitions, createdAt } =
    centers;
  return {
    id,
    chatId,
    runId,
    parentId,
    name,
    version,
    k,
    columns,
    features: [...preparation.features],
    values: toRows(centers.values, preparation.features.length),
    sizes: clusters?.map(({ size }) => size) ?? null,
    clusters,
    clusterNames,
    metric,
    preprocessing: preparation,
    idColumn,
    inertia,
    metrics,
    params,
    seed,
    engineVersion,
    datasetSha256,
    transitions,
    createdAt,
  };
}
