import { DATE_ORDERS } from '../ml/preparation/dates.js';

/** Version of the bundle that this service writes; it reads this one and older ones. */
export const BUNDLE_VERSION = 1;
export const BUNDLE_FORMAT = 'centroid.centers';

const numbers = { type: 'array', maxItems: 16_384, items: { type: 'number' } } as const;
const table = { type: 'array', minItems: 1, maxItems: 100_000, items: { ...numbers, minItems: 1 } } as const;
const deviations = { ...numbers, items: { type: 'number', minimum: 0 } } as const;
const names = { type: 'array', minItems: 1, maxItems: 16_384, items: { $ref: '#/$defs/name' } } as const;
const orNull = (type: string): { type: string[] } => ({ type: [type, 'null'] });

function record(properties: Record<string, unknown>, optional: Record<string, unknown> = {}): object {
  const required = Object.keys(properties);
  return { type: 'object', additionalProperties: false, required, properties: { ...properties, ...optional } };
}

/** Figures by percentile. */
const percentiles = (figure: object): object => ({
  maxProperties: 101,
  propertyNames: { pattern: '^(100|[1-9]?[0-9])(\\.[0-9]+)?$' },
  additionalProperties: { type: 'number', ...figure },
});

const steps = [
  record({
    kind: { const: 'impute' },
    rule: { enum: ['error', 'drop', 'mean', 'median', 'most-frequent', 'zero'] },
    fill: { oneOf: [numbers, { type: 'null' }] },
  }),
  record({
    kind: { const: 'one-hot' },
    widths: { ...numbers, items: { type: 'integer', minimum: 0 } },
  }),
  record({ kind: { const: 'log' }, features: { ...numbers, items: { type: 'boolean' } } }),
  record({
    kind: { const: 'scale' },
    rule: { enum: ['standard', 'min-max', 'robust'] },
    offset: numbers,
    scale: { ...numbers, items: { type: 'number', exclusiveMinimum: 0 } },
  }),
  record({ kind: { const: 'weigh' }, weights: { ...numbers, items: { type: 'number', exclusiveMinimum: 0 } } }),
];

const words = { type: 'array', maxItems: 10_000, items: { type: 'string', minLength: 1 } } as const;
const name = { $ref: '#/$defs/name' };

const inputs = [
  record({ name, type: { const: 'number' } }),
  record({ name, type: { const: 'date' }, order: { enum: DATE_ORDERS } }),
  record({ name, type: { const: 'category' }, categories: words, rare: words }),
];

/** JSON Schema (2020-12) of an exported bundle: what is written, and what an import is checked against. */
export const bundleSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Centroid centers',
  description:
    'Stored centers, complete: what a program needs to place a row exactly as the service does. Take the columns in ' +
    'their order, apply the steps of `preprocessing` one after the other, and the nearest row of `trained` is the ' +
    'cluster. A date goes in as milliseconds since 1970 in UTC, a word as its position in `categories`, as their number ' +
    'where it is among `rare`, else as -1. `impute` has one entry a column. `one-hot` makes features of columns: one of ' +
    'width 0 stays, one of width w becomes w features, of which that at the position is 1 and the others are 0. `log` ' +
    'takes the natural logarithm, `scale` is (x - offset) / scale, `weigh` x * weight. Numbers are float64 and survive the round trip to the bit. `checksum` is the SHA-256, in hex, of the ' +
    'bundle without `checksum`, `name` and `clusterNames`, as JSON with sorted keys and no spaces.',
  ...record({
    format: { const: BUNDLE_FORMAT },
    formatVersion: { const: BUNDLE_VERSION },
    name: { type: 'string', minLength: 1, maxLength: 200 },
    metric: { enum: ['euclidean', 'cosine'] },
    columns: { ...names, description: 'The columns of a row, in order.' },
    values: { ...table, description: 'The centres in the units of the data, one a row.' },
    trained: { ...table, description: 'The centres in the space that `preprocessing` leads to, one a row.' },
    preprocessing: record({
      version: { const: 1 },
      columns: {
        ...names,
        items: { oneOf: inputs },
      },
      features: { ...names, description: 'What the columns become: the columns of `trained`.' },
      steps: { type: 'array', maxItems: 8, items: { oneOf: steps } },
    }),
    idColumn: { oneOf: [{ $ref: '#/$defs/name' }, { type: 'null' }] },
    clusters: {
      description: 'What training knew of each cluster; distances are in the space trained in.',
      oneOf: [
        {
          type: 'array',
          items: record(
            {
              size: { type: 'integer', minimum: 0 },
              meanDistance: { type: 'number', minimum: 0 },
              radius: { type: 'number', minimum: 0 },
              silhouette: orNull('number'),
              distancePercentiles: { ...orNull('object'), ...percentiles({ minimum: 0 }) },
            },
            { silhouettePercentiles: { type: 'object', ...percentiles({ minimum: -1, maximum: 1 }) } },
          ),
        },
        { type: 'null' },
      ],
    },
    statistics: {
      description:
        'How the rows trained on lie in each column, in the units of the data, missing values filled in: mean and ' +
        'standard deviation (n) over all rows, and the same within each cluster, a row each.',
      oneOf: [
        record({
          mean: numbers,
          deviation: deviations,
          means: table,
          deviations: { ...table, items: { ...deviations, minItems: 1 } },
        }),
        { type: 'null' },
      ],
    },
    clusterNames: { type: 'array', items: { ...orNull('string'), minLength: 1, maxLength: 200 } },
    inertia: { ...orNull('number'), minimum: 0 },
    metrics: {
      oneOf: [
        record({
          silhouette: orNull('number'),
          silhouetteRows: { type: 'integer', minimum: 0 },
          calinskiHarabasz: orNull('number'),
          daviesBouldin: orNull('number'),
        }),
        { type: 'null' },
      ],
    },
    params: { ...orNull('object'), description: 'What the run was asked for.' },
    seed: { ...orNull('integer'), minimum: 0, maximum: 4_294_967_295 },
    engineVersion: { ...orNull('string'), maxLength: 100 },
    datasetSha256: { ...orNull('string'), pattern: '^[0-9a-f]{64}$' },
    checksum: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  }),
  $defs: { name: { type: 'string', minLength: 1, maxLength: 500 } },
};
