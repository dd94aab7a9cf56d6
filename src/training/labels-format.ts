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

/**
 * The format that an `Accept` header likes best, the first of several; JSON where it names none of them. What it says of
 * `*` and of whole kinds of types decides nothing: JSON is what it gets then.
 */
export function acceptedFormat(accept: string | undefined): LabelFormat {
  const liked = (accept ?? '').split(',').flatMap((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = LABEL_FORMATS.find((candidate) => LABEL_TYPES[candidate].split(';')[0] === type);
    const weight = Number(/^q\s*=\s*(\S+)$/.exec(parameters.find((one) => /^q\s*=/.test(one)) ?? 'q=1')?.[1]);
    return format && weight > 0 ? [{ format, weight }] : [];
  });
  return liked.toSorted((a, b) => b.weight - a.weight).at(0)?.format ?? 'json';
}
