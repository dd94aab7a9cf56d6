import { InvalidRequestError, validationPipe } from '../common/validation.js';
import { identityPreparation } from '../ml/preparation/preparation.js';
import { type BundledStatistics, isBundle, readBundle } from './bundle.js';
import { InvalidCentersError } from './centers.errors.js';
import type { NewCenters } from './centers.entity.js';
import { ImportCentersDto } from './dto/centers-requests.dto.js';
import { withoutNegativeZeros } from './floats.js';

/** Centers as they are brought: all but where they go. */
export type ImportedCenters = Omit<NewCenters, 'userId' | 'chatId'>;

const pipe = validationPipe();

/**
 * Reads the body of an import: plain centres, or a whole bundle, which says so by its `format`.
 *
 * @throws InvalidRequestError, InvalidCentersError naming the place
 */
export async function readImport(body: unknown): Promise<ImportedCenters> {
  if (isBundle(body)) return fromBundle(readBundle(body));
  return fromPlain((await pipe.transform(body, { type: 'body', metatype: ImportCentersDto })) as ImportCentersDto);
}

function fromBundle(bundle: ReturnType<typeof readBundle>): ImportedCenters {
  const { name, metric, columns, values, trained, preprocessing, idColumn, clusters } = bundle;
  const { clusterNames, inertia, metrics, params, seed, engineVersion, datasetSha256 } = bundle;
  const statistics = bundle.statistics && packed(bundle.statistics);
  return {
    runId: null,
    parentId: null,
    name,
    columns,
    values: withoutNegativeZeros(values.flat()),
    trained: withoutNegativeZeros(trained.flat()),
    metric,
    preparation: preprocessing,
    clusters,
    statistics,
    clusterNames,
    idColumn,
    inertia,
    metrics,
    params,
    seed,
    engineVersion,
    datasetSha256,
    transitions: null,
  };
}

/** In the order of `packStatistics`. */
function packed({ mean, deviation, means, deviations }: BundledStatistics): Float64Array {
  return withoutNegativeZeros([mean, deviation, means, deviations].flat(2));
}

function fromPlain({ name, columns, values }: ImportCentersDto): ImportedCenters {
  const twice = columns.findIndex((column, i) => columns.indexOf(column) < i);
  if (twice >= 0) refuse('duplicate_column', `columns.${twice}`, `names "${columns[twice]}" a second time.`);
  values.forEach((row, i) => {
    row.forEach((value: unknown, j) => {
      const path = `values.${i}.${j}`;
      if (typeof value !== 'number') throw new InvalidRequestError([{ path, message: 'must be a number.' }]);
      if (!Number.isFinite(value)) refuse('not_finite', path, 'is not finite.');
    });
    if (row.length !== columns.length) {
      refuse('wrong_length', `values.${i}`, `has ${row.length} values where there are ${columns.length} columns.`);
    }
  });
  const centres = withoutNegativeZeros(values.flat());
  return {
    runId: null,
    parentId: null,
    name: name ?? 'Imported centers',
    columns,
    values: centres,
    trained: centres,
    metric: 'euclidean',
    preparation: identityPreparation(columns),
    clusters: null,
    statistics: null,
    clusterNames: new Array<null>(values.length).fill(null),
    idColumn: null,
    inertia: null,
    metrics: null,
    params: null,
    seed: null,
    engineVersion: null,
    datasetSha256: null,
    transitions: null,
  };
}

function refuse(word: string, path: string, message: string): never {
  throw new InvalidCentersError(`centers.${word}`, `${path} ${message}`, [{ path, message }]);
}
