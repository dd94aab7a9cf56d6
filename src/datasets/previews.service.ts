import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors.js';
import { AbortedError, EngineError } from '../ml/errors.js';
import type { FittedPreparation, PreparationOptions } from '../ml/preparation/types.js';
import { TRAINABLE } from './dataset-types.js';
import type { Metric } from '../ml/types.js';
import type { Dataset } from './dataset.entity.js';
import { CallerGoneError } from './datasets.errors.js';
import { DatasetsService } from './datasets.service.js';
import { prepare } from './preparing/prepare.js';

/** The first rows of a data set as training would see them. */
export interface Preview {
  /** What the columns become, in this order. */
  features: string[];
  /** Prepared values of the first rows that stay. */
  rows: number[][];
  /** Which rows of the data set those are, counted from 0. */
  rowNumbers: number[];
  /** How many rows would be trained on. */
  rowCount: number;
  preparation: FittedPreparation;
  warnings: string[];
}

/** What cannot be previewed, in the words that a run would fail with. */
class PreviewRefusedError extends DomainError {
  constructor(code: string, detail: string) {
    super('impossible', code, detail);
  }
}

/** Shows what training would see, without training. */
@Injectable()
export class PreviewsService {
  constructor(private readonly datasets: DatasetsService) {}

  /**
   * Fits the preparation on all rows, as a run would, and shows the first of them.
   *
   * @param columns to train on; undefined for every number column
   * @param limit how many rows
   * @throws PreviewRefusedError for what a run would fail with
   */
  async preview(
    userId: string,
    datasetId: string,
    columns: string[] | undefined,
    { metric, ...options }: PreparationOptions & { metric: Metric },
    limit: number,
    signal: AbortSignal,
  ): Promise<Preview> {
    const dataset = await this.datasets.require(userId, datasetId);
    const names = columns ?? dataset.columns.filter(({ type }) => type === 'number').map(({ name }) => name);
    requireTrainable(dataset, names);
    const matrix = await this.datasets.openColumns(userId, datasetId, names);
    try {
      const prepared = await prepare({ ...matrix, options }, signal);
      const width = prepared.preparation.features.length;
      const shown = prepared.keptRows.subarray(0, limit);
      return {
        features: [...prepared.preparation.features],
        rows: Array.from(shown, (_, row) => {
          const values = Array.from(prepared.data.subarray(row * width, (row + 1) * width));
          return metric === 'cosine' ? unit(values) : values;
        }),
        rowNumbers: Array.from(shown),
        rowCount: prepared.keptRows.length,
        preparation: prepared.preparation,
        warnings: prepared.warnings,
      };
    } catch (error) {
      if (error instanceof AbortedError) throw new CallerGoneError();
      throw error instanceof EngineError ? new PreviewRefusedError(error.code, error.message) : error;
    }
  }
}

/** A row in length 1; one of zeros, which training refuses, as it is. */
function unit(values: number[]): number[] {
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}

function requireTrainable(dataset: Dataset, names: readonly string[]): void {
  for (const name of names) {
    const type = dataset.columns.find((column) => column.name === name)?.type;
    if (type !== undefined && !TRAINABLE.includes(type)) {
      throw new PreviewRefusedError(
        'run.not_numeric',
        `"${name}" holds ${type} values; only numbers, dates and categories can be trained on.`,
      );
    }
  }
  if (names.length === 0) {
    throw new PreviewRefusedError('run.no_numeric_columns', 'The data set has no column of numbers to train on.');
  }
}
