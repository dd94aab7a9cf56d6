import { invertPreparation } from '../ml/preparation/preparation.js';
import type { FittedPreparation } from '../ml/preparation/types.js';
import type { Evaluation } from '../ml/types.js';
import { withoutNegativeZeros } from './floats.js';

/**
 * How the rows trained on lie in each feature, in the units of the data, missing values filled in: of a category the
 * share of rows that have it, of a column under the logarithm the geometric mean.
 */
export interface ColumnStatistics {
  /** Over all rows, one a feature. */
  mean: Float64Array;
  /** Of the population (n). */
  deviation: Float64Array;
  /** `k x features`. */
  means: Float64Array;
  /** `k x features`. */
  deviations: Float64Array;
}

/**
 * The statistics as the database keeps them: mean, deviation, means, deviations, one after the other.
 *
 * @param evaluation taken in the space that the preparation leads to
 */
export function packStatistics(
  preparation: FittedPreparation,
  evaluation: Pick<Evaluation, 'columnMeans' | 'columnDeviations' | 'clusterMeans' | 'clusterDeviations'>,
): Float64Array {
  const columns = preparation.features.length;
  const inData = (values: Float64Array): Float64Array =>
    invertPreparation(preparation, { data: values, rows: values.length / columns, columns }).data as Float64Array;
  const { columnMeans, columnDeviations, clusterMeans, clusterDeviations } = evaluation;
  const means = [inData(columnMeans), inData(clusterMeans)];
  const parts = [
    means[0],
    stretch(preparation, columnDeviations, means[0]),
    means[1],
    stretch(preparation, clusterDeviations, means[1]),
  ];
  return withoutNegativeZeros(parts.flatMap((part) => [...part]));
}

export function unpackStatistics(packed: Float64Array, features: number): ColumnStatistics {
  const table = (packed.length - 2 * features) / 2;
  return {
    mean: packed.subarray(0, features),
    deviation: packed.subarray(features, 2 * features),
    means: packed.subarray(2 * features, 2 * features + table),
    deviations: packed.subarray(2 * features + table),
  };
}

/**
 * Lengths along the features, back in the units of the data: what moves the origin leaves them as they are. Under the
 * logarithm, where a length depends on where it begins, they are those at the mean, to first order.
 */
function stretch({ steps }: FittedPreparation, lengths: Float64Array, means: Float64Array): Float64Array {
  const stretched = lengths.slice();
  for (const step of steps.toReversed()) {
    for (let i = 0; i < stretched.length; i++) {
      if (step.kind === 'scale') stretched[i] *= step.scale[i % step.scale.length];
      else if (step.kind === 'weigh') stretched[i] /= step.weights[i % step.weights.length];
      else if (step.kind === 'log' && step.features[i % step.features.length]) stretched[i] *= means[i];
    }
  }
  return stretched;
}
