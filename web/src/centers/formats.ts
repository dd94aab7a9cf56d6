import type { Schemas } from '../api/client';
import { download } from '../ui/download';

/** Every format in which centers leave the service. */
export const EXPORTS = [
  { format: 'json', suffix: 'json', label: 'Bundle (JSON), for another Centroid' },
  { format: 'csv', suffix: 'csv', label: 'Centres as CSV' },
  { format: 'npy', suffix: 'npy', label: 'Centres as NPY, for NumPy' },
  { format: 'sklearn', suffix: 'py', label: 'scikit-learn pipeline (Python)' },
] as const;

export type Export = (typeof EXPORTS)[number];

export function downloadCenters(
  { id, name, version }: Pick<Schemas['CentersDto'], 'id' | 'name' | 'version'>,
  { format, suffix }: Export,
): Promise<void> {
  const safe = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80);
  return download(`/api/v1/centers/${id}/export?format=${format}`, `${safe}-v${version}.${suffix}`);
}

/** Every format in which the clusters of a run's rows leave the service; `alone` says that the rows are not with them. */
export const LABELS = [
  { format: 'csv', suffix: 'csv', label: 'CSV', alone: false },
  { format: 'parquet', suffix: 'parquet', label: 'Parquet', alone: false },
  { format: 'arrow', suffix: 'arrow', label: 'Arrow file (Feather)', alone: false },
  { format: 'arrow-stream', suffix: 'arrows', label: 'Arrow stream', alone: false },
  { format: 'json', suffix: 'json', label: 'JSON, the clusters alone', alone: true },
] as const;

export type LabelFormat = (typeof LABELS)[number];

export function downloadLabels(runId: string, { format, suffix, alone }: LabelFormat): Promise<void> {
  return download(
    `/api/v1/runs/${runId}/labels?format=${format}`,
    `${alone ? 'clusters' : 'rows-with-clusters'}.${suffix}`,
  );
}
