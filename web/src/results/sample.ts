import { useQuery } from '@tanstack/react-query';
import { api, data, type Schemas } from '../api/client';
import { keys } from '../chats/queries';
import { whole as digits } from '../ui/format';

/** One column of the sample: what was uploaded, and as numbers where it has them (NaN where missing). */
export interface SampleColumn {
  name: string;
  /** What an axis is called. */
  title: string;
  numeric: boolean;
  values: (number | string | null)[];
  numbers: Float64Array;
  min: number;
  max: number;
}

/** The rows that all linked views show, by their position in the sample. */
export interface Sample {
  length: number;
  /** Positions in the data set. */
  rows: Int32Array;
  clusters: Int32Array;
  k: number;
  /** The columns of the data, and behind them the two components. */
  columns: SampleColumn[];
  components: [SampleColumn, SampleColumn];
  centers: [number, number][];
  /** "all 150 rows", "a random sample of 100,000 of 2,000,000 rows". */
  basis: string;
  /** Whether it is all rows that have a cluster. */
  whole: boolean;
}

const MOST_ROWS = 100_000;

export function useSample(runId: string) {
  return useQuery({
    queryKey: [...keys.run(runId), 'sample'],
    queryFn: async () =>
      toSample(
        await data(
          api.GET('/api/v1/runs/{runId}/sample', { params: { path: { runId }, query: { limit: MOST_ROWS } } }),
        ),
      ),
    staleTime: Infinity,
    gcTime: 60_000,
  });
}

function toSample(answer: Schemas['SampleDto']): Sample {
  const { rows, clusters, x, y, centers, explainedVariance, sampledRows, totalRows } = answer;
  const share = (i: 0 | 1) => `${((explainedVariance[i] ?? 0) * 100).toFixed(0)} % of the variance`;
  const whole = sampledRows === totalRows;
  return {
    length: rows.length,
    rows: Int32Array.from(rows),
    clusters: Int32Array.from(clusters),
    k: centers.length,
    columns: answer.columns.map(({ name, type, values }) => column(name, type === 'number', values)),
    components: [
      column('First component', true, x, `first component, ${share(0)}`),
      column('Second component', true, y, `second component, ${share(1)}`),
    ],
    centers: centers as [number, number][],
    basis: whole
      ? `all ${digits(totalRows)} rows`
      : `a random sample of ${digits(sampledRows)} of ${digits(totalRows)} rows`,
    whole,
  };
}

function column(name: string, numeric: boolean, values: (number | string | null)[], title = name): SampleColumn {
  const numbers = Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN));
  let min = Infinity;
  let max = -Infinity;
  for (const value of numbers) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { name, title, numeric: numeric && min <= max, values, numbers, min, max };
}

/** Every so many-th position, at most `limit` of them: evenly, so that a random sample stays one. */
export function thin(length: number, limit: number): Int32Array {
  const count = Math.min(length, limit);
  return Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));
}
