/** Formats of the labels of a run: by themselves as JSON, or the rows with a column of them. */
export const LABEL_FORMATS = ['json', 'csv', 'parquet', 'arrow', 'arrow-stream'] as const;
export type LabelFormat = (typeof LABEL_FORMATS)[number];

export const LABEL_TYPES: Record<LabelFormat, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
  'arrow-stream': 'application/vnd.apache.arrow.stream',
};

export const LABEL_FILES: Record<Exclude<LabelFormat, 'json'>, string> = {
  csv: 'labels.csv',
  parquet: 'labels.parquet',
  arrow: 'labels.arrow',
  'arrow-stream': 'labels.arrows',
};

/** The first format that an `Accept` header names, in its order; JSON where it names none. */
export function acceptedFormat(accept: string | undefined): LabelFormat {
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type] = range.split(';');
    const format = LABEL_FORMATS.find((candidate) => LABEL_TYPES[candidate].split(';')[0] === type.trim());
    if (format) return format;
  }
  return 'json';
}
