import type { DateOrder } from '../ml/preparation/dates.js';

/** What the cells of a column are. */
export const COLUMN_TYPES = ['number', 'category', 'date', 'text', 'identifier'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** Those that can be trained on; of these, `number` columns are unless others are asked for. */
export const TRAINABLE: readonly string[] = ['number', 'date', 'category'] satisfies ColumnType[];

/** The formats that uploads come in, gzipped or not. `rows` are JSON rows in a request's body. */
export const DATASET_FORMATS = ['csv', 'tsv', 'json', 'ndjson', 'npy', 'parquet', 'arrow', 'rows'] as const;
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

/** One cell as JSON shows it: a number in `number` columns, else the text; null where missing. */
export type Cell = number | string | null;

/** Counts of the numbers of a column in equally wide bins from `min` to `max`. */
export interface Histogram {
  min: number;
  max: number;
  counts: number[];
}

/** A value and how often it occurs. */
export interface FrequentValue {
  value: number | string;
  count: number;
}

/** What one column holds. Figures of numbers leave missing cells out; of dates, they are milliseconds since 1970. */
export interface ColumnProfile {
  name: string;
  type: ColumnType;
  /** The reason for the type, as a sentence. */
  why: string;
  /** Cells without a value. */
  missing: number;
  /** Distinct values, missing ones aside. */
  distinct: number;
  /** True where distinct, quartiles, histogram and frequent values are estimates: the column holds too many values. */
  estimated: boolean;
  /** Of a column of dates: how they are written, year first or, as in 31.12.2024 and 12/31/2024, last. */
  dateOrder?: DateOrder;
  /** Dates in ISO 8601. */
  min?: number | string;
  max?: number | string;
  mean?: number;
  /** Standard deviation of the sample (n - 1); absent for fewer than two values. */
  std?: number;
  skewness?: number;
  /** First quartile, median, third quartile, linearly interpolated. */
  quartiles?: [number, number, number];
  histogram?: Histogram;
  /** Up to ten, the most frequent first. */
  frequent: FrequentValue[];
}

/** How a file was understood: what was sniffed or given. */
export interface ReadingNotes {
  gzip?: boolean;
  encoding?: string;
  delimiter?: string;
  header?: boolean;
  decimalComma?: boolean;
}
