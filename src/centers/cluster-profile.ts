import { featureSources } from '../ml/preparation/categories.js';
import type { InputColumn } from '../ml/preparation/types.js';
import type { Centers } from './centers.entity.js';
import { type ColumnStatistics, unpackStatistics } from './profile.js';

/** How one cluster lies in one column, in the units of the data. */
export interface ColumnProfile {
  name: string;
  /** Of the cluster's rows; the centre's value where the rows are not known. */
  mean: number;
  deviation: number | null;
  overallMean: number | null;
  overallDeviation: number | null;
  /** (mean - overallMean) / overallDeviation; null for a constant column, or where that is not known. */
  zScore: number | null;
}

export interface ClusterProfile {
  cluster: number;
  name: string | null;
  size: number | null;
  /** Of all rows, 0..1. */
  share: number | null;
  meanDistance: number | null;
  radius: number | null;
  silhouette: number | null;
  /** Of its rows, by percentile; null where that is not known. */
  silhouettePercentiles: Record<string, number> | null;
  /** The columns that set the cluster apart most come first. */
  columns: ColumnProfile[];
  /** The same in a few words; null where the rows are not known. */
  summary: string | null;
}

/** Below so many standard deviations from the mean a column is not worth a word; from the second on it is "very". */
const NOTABLE = 0.5;
const EXTREME = 2;
const MAX_WORDS = 3;

/** What words a measure has for much and for little of it. */
const ADJECTIVES: Record<string, readonly [much: string, little: string] | undefined> = {
  length: ['long', 'short'],
  width: ['wide', 'narrow'],
  height: ['tall', 'low'],
  depth: ['deep', 'shallow'],
  thickness: ['thick', 'thin'],
  weight: ['heavy', 'light'],
  size: ['large', 'small'],
  age: ['old', 'young'],
};
/** Of what has none. */
const MEASURES = ['high', 'low'] as const;
const DATES = ['late', 'early'] as const;
const UNIT = /\s*[([].*[)\]]$|[_ ](?:mm|cm|km|kg|mg)$/i;

/** What is known of one cluster. */
export function profileCluster(centers: Centers, cluster: number): ClusterProfile {
  const { features } = centers.preparation;
  const facts = centers.clusters?.[cluster];
  // A cluster without rows has no means of its own.
  const packed = facts?.size === 0 ? null : centers.statistics;
  const statistics = packed && unpackStatistics(packed, features.length);
  const rows = centers.clusters?.reduce((sum, { size }) => sum + size, 0) ?? 0;
  const columns = features.map((name, j) =>
    profileColumn(centers.values, statistics, name, cluster * features.length + j, j),
  );
  columns.sort((a, b) => Math.abs(b.zScore ?? 0) - Math.abs(a.zScore ?? 0));
  return {
    cluster,
    name: centers.clusterNames[cluster],
    size: facts?.size ?? null,
    share: facts && rows > 0 ? facts.size / rows : null,
    meanDistance: facts?.meanDistance ?? null,
    radius: facts?.radius ?? null,
    silhouette: facts?.silhouette ?? null,
    silhouettePercentiles: facts?.silhouettePercentiles ?? null,
    columns,
    summary: facts && statistics ? summarise(columns, facts.size, featureTypes(centers)) : null,
  };
}

function profileColumn(
  values: Float64Array,
  statistics: ColumnStatistics | null,
  name: string,
  at: number,
  j: number,
): ColumnProfile {
  if (!statistics) {
    return { name, mean: values[at], deviation: null, overallMean: null, overallDeviation: null, zScore: null };
  }
  const mean = statistics.means[at];
  const overallMean = statistics.mean[j];
  const overallDeviation = statistics.deviation[j];
  // Divided first: near the bounds of float64 the difference would overflow.
  const zScore = overallDeviation > 0 ? mean / overallDeviation - overallMean / overallDeviation : null;
  return {
    name,
    mean,
    deviation: statistics.deviations[at],
    overallMean,
    overallDeviation,
    zScore: Number.isFinite(zScore) ? zScore : null,
  };
}

/** What the column of each feature holds. */
function featureTypes({ preparation: { columns, features } }: Centers): Map<string, InputColumn['type']> {
  const sources = featureSources(columns);
  return new Map(features.map((name, j) => [name, columns[sources[j]].type]));
}

/**
 * Such as "long petals, wide petals, often colour=red; 50 rows".
 * @param types of the columns by name; those not named hold numbers
 */
export function summarise(
  ranked: readonly Pick<ColumnProfile, 'name' | 'zScore'>[],
  size: number,
  types: ReadonlyMap<string, InputColumn['type']> = new Map(),
): string {
  const words = ranked
    .filter(({ zScore }) => zScore !== null && Math.abs(zScore) >= NOTABLE)
    .slice(0, MAX_WORDS)
    .map(({ name, zScore }) => {
      const type = types.get(name);
      if (type === 'category') return `${(zScore ?? 0) > 0 ? 'often' : 'seldom'} ${name}`;
      return describe(name, zScore ?? 0, type === 'date' ? DATES : MEASURES);
    });
  const rows = `${size} row${size === 1 ? '' : 's'}`;
  return `${words.join(', ') || 'about average in every column'}; ${rows}`;
}

function describe(column: string, zScore: number, usual: readonly [much: string, little: string]): string {
  const words = column
    .replace(UNIT, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[\s_.-]+/)
    .filter(Boolean);
  const adjectives = words.length > 1 ? ADJECTIVES[words.at(-1)!.toLowerCase()] : undefined;
  const noun = adjectives ? plural(words.slice(0, -1).join(' ')) : words.join(' ') || column;
  const [much, little] = adjectives ?? usual;
  return `${Math.abs(zScore) >= EXTREME ? 'very ' : ''}${zScore > 0 ? much : little} ${noun}`;
}

function plural(noun: string): string {
  if (noun.endsWith('s')) return noun;
  if (/(?:x|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
