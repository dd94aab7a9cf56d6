import type { Model } from './models.js';

/** How the columns decide between two centres for one row. */
export interface Terms {
  /** One a feature: (x - runnerUp)^2 - (x - cluster)^2. Above 0 it speaks for the cluster. */
  readonly contributions: Float64Array;
  /** Their sum, in order: squared distance to the runner-up less squared distance to the cluster. */
  readonly difference: number;
}

/**
 * The squared distances to two centres differ by the sum of one term a feature, and by nothing else.
 *
 * @param row in the space trained in, as many values as the centres have features
 */
export function explainChoice(
  { centers, metric }: Model,
  row: ArrayLike<number>,
  cluster: number,
  runnerUp: number,
): Terms {
  const d = centers.columns;
  const length = metric === 'cosine' ? Math.hypot(...Array.from(row)) : 1;
  const contributions = new Float64Array(d);
  let difference = 0;
  for (let j = 0; j < d; j++) {
    const value = row[j] / length;
    const near = centers.data[cluster * d + j];
    const far = centers.data[runnerUp * d + j];
    // As a product: the difference of the squares would lose what sets near centres apart.
    contributions[j] = (near - far) * (value - far + (value - near));
    difference += contributions[j];
  }
  return { contributions, difference };
}
