import { featureSources } from '../ml/preparation/categories.js';
import type { Model } from './models.js';

/** How the columns decide between two centres for one row. */
export interface Terms {
  /** One a column: (x - runnerUp)^2 - (x - cluster)^2, summed over its features. Above 0 it speaks for the cluster. */
  readonly contributions: Float64Array;
  /** Their sum, in order: squared distance to the runner-up less squared distance to the cluster. */
  readonly difference: number;
}

/**
 * The squared distances to two centres differ by the sum of one term a column, and by nothing else.
 *
 * @param row in the space trained in, as many values as the centres have features
 */
export function explainChoice(
  { centers, metric, preparation }: Model,
  row: ArrayLike<number>,
  cluster: number,
  runnerUp: number,
): Terms {
  const d = centers.columns;
  const length = metric === 'cosine' ? Math.hypot(...Array.from(row)) : 1;
  const contributions = new Float64Array(preparation.columns.length);
  featureSources(preparation.columns).forEach((column, j) => {
    const value = row[j] / length;
    const near = centers.data[cluster * d + j];
    const far = centers.data[runnerUp * d + j];
    // As a product: the difference of the squares would lose what sets near centres apart.
    contributions[column] += (near - far) * (value - far + (value - near));
  });
  // Of the columns' terms, not of the features': whoever adds them up gets the same bits.
  return { contributions, difference: contributions.reduce((sum, term) => sum + term, 0) };
}
