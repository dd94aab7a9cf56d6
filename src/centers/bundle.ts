import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { createHash } from 'node:crypto';
import type { FieldError } from '../common/errors.js';
import { isStorableText } from '../common/text.decorator.js';
import { InvalidRequestError } from '../common/validation.js';
import { featureNames, oneHotStep } from '../ml/preparation/categories.js';
import type { FittedPreparation, PreparationStep } from '../ml/preparation/types.js';
import type { Metric } from '../ml/types.js';
import { BUNDLE_FORMAT, BUNDLE_VERSION, bundleSchema } from './bundle.schema.js';
import type { Centers, CentersMetrics, ClusterFacts } from './centers.entity.js';
import { InvalidCentersError } from './centers.errors.js';
import { toRows } from './floats.js';
import { unpackStatistics } from './profile.js';

/** Centers as they leave one service and enter another, complete; see `bundle.schema.ts` for each field. */
export interface Bundle {
  format: typeof BUNDLE_FORMAT;
  formatVersion: typeof BUNDLE_VERSION;
  name: string;
  metric: Metric;
  columns: string[];
  values: number[][];
  trained: number[][];
  preprocessing: FittedPreparation;
  idColumn: string | null;
  clusters: ClusterFacts[] | null;
  statistics: BundledStatistics | null;
  clusterNames: (string | null)[];
  inertia: number | null;
  metrics: CentersMetrics | null;
  params: object | null;
  seed: number | null;
  engineVersion: string | null;
  datasetSha256: string | null;
  checksum: string;
}

/** Column statistics of the rows trained on, in the units of the data. */
export interface BundledStatistics {
  mean: number[];
  deviation: number[];
  means: number[][];
  deviations: number[][];
}

/** In the order in which they are done. */
const STEP_KINDS: PreparationStep['kind'][] = ['impute', 'one-hot', 'log', 'scale', 'weigh'];

/** How deep a bundle may be nested; what this service writes is nowhere near. */
const MAX_DEPTH = 16;

export function toBundle(centers: Centers): Bundle {
  const width = centers.preparation.features.length;
  const unsigned = {
    format: BUNDLE_FORMAT,
    formatVersion: BUNDLE_VERSION,
    name: centers.name,
    metric: centers.metric,
    columns: centers.columns,
    values: toRows(centers.values, width),
    trained: toRows(centers.trained, width),
    preprocessing: centers.preparation,
    idColumn: centers.idColumn,
    clusters: centers.clusters,
    statistics: centers.statistics && toStatistics(centers.statistics, width),
    clusterNames: centers.clusterNames,
    inertia: centers.inertia,
    metrics: centers.metrics,
    params: centers.params,
    seed: centers.seed,
    engineVersion: centers.engineVersion,
    datasetSha256: centers.datasetSha256,
  } as const;
  return { ...unsigned, checksum: checksumOf(unsigned) };
}

function toStatistics(packed: Float64Array, width: number): BundledStatistics {
  const { mean, deviation, means, deviations } = unpackStatistics(packed, width);
  return {
    mean: Array.from(mean),
    deviation: Array.from(deviation),
    means: toRows(means, width),
    deviations: toRows(deviations, width),
  };
}

/** Whether a request's body means to be a bundle. */
export function isBundle(body: unknown): body is { format: unknown } {
  return typeof body === 'object' && body !== null && 'format' in body;
}

/**
 * Takes nothing on trust: form, sense and checksum.
 *
 * @throws InvalidRequestError where the form is wrong
 * @throws InvalidCentersError `centers.bundle_newer`, `centers.bundle_inconsistent`, `centers.bundle_altered`
 */
export function readBundle(body: { format: unknown }): Bundle {
  const { format, formatVersion } = body as { format: unknown; formatVersion?: unknown };
  if (format === BUNDLE_FORMAT && typeof formatVersion === 'number' && formatVersion > BUNDLE_VERSION) {
    throw new InvalidCentersError(
      'centers.bundle_newer',
      `The bundle has format version ${formatVersion}; this service reads up to ${BUNDLE_VERSION}. Update it first.`,
      [{ path: 'formatVersion', message: `must be at most ${BUNDLE_VERSION}.` }],
    );
  }
  const unstorable = findUnstorable(body, '', 0);
  if (unstorable) throw new InvalidRequestError([unstorable]);
  if (!hasBundleForm(body)) throw new InvalidRequestError(formErrors());
  refuseInconsistent(body);
  if (checksumOf(body) !== body.checksum) {
    throw new InvalidCentersError(
      'centers.bundle_altered',
      'The bundle is not as it was exported: its checksum does not fit its content. Only the names may be changed.',
      [{ path: 'checksum', message: 'does not fit the content.' }],
    );
  }
  return body;
}

let validator: ValidateFunction<Bundle> | undefined;

function hasBundleForm(body: object): body is Bundle {
  validator ??= new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false }).compile<Bundle>(bundleSchema);
  return validator(body);
}

/** Of several attempts at an alternative, the one that came farthest says best what is wrong. */
function formErrors(): FieldError[] {
  const errors: ErrorObject[] = validator?.errors ?? [];
  const [error] = errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length);
  const { missingProperty, additionalProperty, allowedValue } = error.params as Record<string, string | undefined>;
  const place = [...error.instancePath.split('/').slice(1), missingProperty ?? additionalProperty ?? []].flat();
  const message = additionalProperty
    ? 'is not a field of a bundle.'
    : `${missingProperty ? 'is missing' : (error.message ?? 'is wrong')}${allowedValue ? ` ${allowedValue}` : ''}.`;
  return [{ path: place.join('.') || 'body', message }];
}

function refuseInconsistent(bundle: Bundle): void {
  const { columns, values, trained, preprocessing, clusters, statistics, clusterNames } = bundle;
  const k = trained.length;
  const width = preprocessing.features.length;
  const check = (path: string, right: boolean, message: string): void => {
    if (right) return;
    throw new InvalidCentersError('centers.bundle_inconsistent', `${path} ${message}`, [{ path, message }]);
  };
  check('columns', new Set(columns).size === columns.length, 'must not hold a name twice.');
  const { columns: inputs, features, steps } = preprocessing;
  check(
    'preprocessing.columns',
    same(
      inputs.map(({ name }) => name),
      columns,
    ),
    'must be named as columns are.',
  );
  check('preprocessing.features', same(features, featureNames(inputs)), 'must be what the columns become.');
  const order = steps.map(({ kind }) => STEP_KINDS.indexOf(kind));
  check(
    'preprocessing.steps',
    order[0] === 0 && order.every((place, i) => i === 0 || place > order[i - 1]),
    `must begin with impute and go on in the order ${STEP_KINDS.join(', ')}, each at most once.`,
  );
  const oneHot = steps.find((step) => step.kind === 'one-hot');
  const widths = oneHotStep(inputs)?.widths;
  check(
    'preprocessing.steps',
    JSON.stringify(widths) === JSON.stringify(oneHot?.widths),
    widths ? `must have one-hot with the widths ${widths.slice(0, 20).join(', ')}.` : 'must have no one-hot.',
  );
  inputs.forEach((input, i) => {
    if (input.type !== 'category') return;
    const words = [...input.categories, ...input.rare];
    check(`preprocessing.columns.${i}`, words.length > 0, 'must have a category.');
    check(`preprocessing.columns.${i}`, new Set(words).size === words.length, 'must not hold a category twice.');
  });
  steps.forEach((step, i) => {
    for (const [field, list] of Object.entries(step)) {
      const count = step.kind === 'impute' || step.kind === 'one-hot' ? columns.length : width;
      if (Array.isArray(list)) {
        check(`preprocessing.steps.${i}.${field}`, list.length === count, `must have ${count} entries.`);
      }
    }
    if (step.kind !== 'impute') return;
    // A category is filled in by one of its own, or by none.
    const fits = inputs.every((input, j) => {
      const fill = step.fill?.[j] ?? -1;
      return input.type !== 'category' || (Number.isInteger(fill) && fill >= -1 && fill < (widths?.[j] ?? 0));
    });
    check(`preprocessing.steps.${i}.fill`, fits, 'must be the number of a category, or -1, where a column has them.');
  });
  const tables: [field: string, rows: number[][]][] = [
    ['values', values],
    ['trained', trained],
  ];
  if (statistics) {
    const { mean, deviation, means, deviations } = statistics;
    tables.push(['statistics.means', means], ['statistics.deviations', deviations]);
    check('statistics.mean', mean.length === width, `must have ${width} entries.`);
    check('statistics.deviation', deviation.length === width, `must have ${width} entries.`);
  }
  for (const [field, rows] of tables) {
    check(field, rows.length === k, `must have ${k} rows.`);
    rows.forEach((row, i) => {
      check(`${field}.${i}`, row.length === width, `must have ${width} entries.`);
    });
  }
  check('clusters', clusters === null || clusters.length === k, `must have ${k} entries.`);
  check('clusterNames', clusterNames.length === k, `must have ${k} entries.`);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** SHA-256 of all but the checksum itself and the names, which may change. */
function checksumOf(bundle: Omit<Bundle, 'checksum'>): string {
  const content: Record<string, unknown> = { ...bundle };
  for (const field of ['checksum', 'name', 'clusterNames']) Reflect.deleteProperty(content, field);
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** The same text however the keys are ordered, for the database and other programs may order them anew. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The first place that the database could not keep, or that is nested beyond sense. */
function findUnstorable(value: unknown, path: string, depth: number): FieldError | undefined {
  if (depth > MAX_DEPTH) return { path, message: 'is nested too deep.' };
  if (typeof value === 'string') {
    return isStorableText(value) ? undefined : { path, message: 'must not hold NUL characters or broken surrogates.' };
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return { path, message: 'must be finite.' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const place = path ? `${path}.${key}` : key;
    if (!isStorableText(key)) return { path: place, message: 'must not hold NUL characters or broken surrogates.' };
    const found = findUnstorable(inner, place, depth + 1);
    if (found) return found;
  }
  return undefined;
}
