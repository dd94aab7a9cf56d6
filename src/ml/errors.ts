/** Every code that the engine throws. They are stable: clients may branch on them. */
export type EngineErrorCode =
  | 'kmeans.no_rows'
  | 'kmeans.no_columns'
  | 'kmeans.bad_shape'
  | 'kmeans.bad_option'
  | 'kmeans.bad_k'
  | 'kmeans.k_above_rows'
  | 'kmeans.too_few_distinct_rows'
  | 'kmeans.not_finite'
  | 'kmeans.out_of_range'
  | 'kmeans.zero_row'
  | 'kmeans.bad_weights'
  | 'kmeans.bad_centers'
  | 'kmeans.bad_labels'
  | 'kmeans.too_large'
  | 'kmeans.aborted'
  | 'kmeans.worker_died'
  | 'kmeans.closed'
  | 'dataset.missing_values'
  | 'dataset.no_rows_left'
  | 'dataset.empty_column'
  | 'dataset.constant'
  | 'dataset.too_many_categories'
  | 'dataset.too_wide'
  | 'preparation.bad_option'
  | 'preparation.bad_table'
  | 'preparation.unknown_column'
  | 'preparation.missing_field'
  | 'preparation.missing_value'
  | 'preparation.wrong_length'
  | 'preparation.wrong_type'
  | 'preparation.not_finite'
  | 'preparation.no_logarithm';

/** Plain values that say what and where, e.g. `{ row: 3, column: 0 }` (both counted from 0; messages, which people read, count from 1). */
export type EngineErrorDetails = Readonly<
  Record<string, number | string | boolean | null | readonly (number | string)[]>
>;

/** A refusal with a stable code. It knows neither HTTP nor Nest; whoever serves it maps the code. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly details: EngineErrorDetails = {},
  ) {
    super(message);
  }
}

/** A call that was ended through its `AbortSignal`. */
export class AbortedError extends EngineError {
  override readonly name = 'AbortError';

  constructor() {
    super('kmeans.aborted', 'The call was aborted.');
  }
}
