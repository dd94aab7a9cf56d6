import type { FittedPreparation } from '../ml/preparation/types.js';
import type { Evaluation, FitResult } from '../ml/types.js';
import type { CentersMetrics, ClusterFacts } from './centers.entity.js';
import { withoutNegativeZeros } from './floats.js';
import { packStatistics } from './profile.js';

/** What one number of clusters came to: all that is its own, apart from what every fit of a run shares. */
export interface TrainedModel {
  /** The centres in the space trained in, `k x features`. */
  trained: Float64Array;
  /** See `packStatistics`. */
  statistics: Float64Array;
  /** One a cluster. */
  clusters: ClusterFacts[];
  inertia: number | null;
  metrics: CentersMetrics;
}

/**
 * @param preparation that leads to the space of `fit.centers`
 * @param evaluation of the fit, on the rows trained on, with percentile 99 among its `percentiles`
 */
export function trainedModel(
  preparation: FittedPreparation,
  fit: Pick<FitResult, 'centers' | 'inertia'>,
  evaluation: Omit<Evaluation, 'k' | 'inertia'>,
): TrainedModel {
  const { silhouette, silhouetteRows, calinskiHarabasz, daviesBouldin } = evaluation;
  return {
    trained: withoutNegativeZeros(fit.centers),
    statistics: packStatistics(preparation, evaluation),
    clusters: clusterFacts(evaluation),
    inertia: fit.inertia,
    metrics: { silhouette, silhouetteRows, calinskiHarabasz, daviesBouldin },
  };
}

function clusterFacts(evaluation: Omit<Evaluation, 'k' | 'inertia'>): ClusterFacts[] {
  const { percentiles, distancePercentiles, silhouettes } = evaluation;
  return Array.from(evaluation.sizes, (size, cluster) => {
    const distances = percentiles.map((percentile, p): [string, number] => [
      String(percentile),
      distancePercentiles[cluster * percentiles.length + p],
    ]);
    return {
      size,
      meanDistance: evaluation.meanDistances[cluster],
      radius: evaluation.radii[cluster],
      silhouette: Number.isFinite(silhouettes[cluster]) ? silhouettes[cluster] : null,
      distancePercentiles: size > 0 ? Object.fromEntries(distances) : null,
    };
  });
}
