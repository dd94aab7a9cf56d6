import type { FittedPreparation } from '../ml/preparation/types.js';
import { type Evaluation, type FitResult, SILHOUETTE_PERCENTILES } from '../ml/types.js';
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
  const { percentiles, distancePercentiles, silhouettes, silhouettePercentiles } = evaluation;
  return Array.from(evaluation.sizes, (size, cluster) => {
    const known = Number.isFinite(silhouettes[cluster]);
    return {
      size,
      meanDistance: evaluation.meanDistances[cluster],
      radius: evaluation.radii[cluster],
      silhouette: known ? silhouettes[cluster] : null,
      distancePercentiles: size > 0 ? byPercentile(percentiles, distancePercentiles, cluster) : null,
      ...(known && {
        silhouettePercentiles: byPercentile(SILHOUETTE_PERCENTILES, silhouettePercentiles.map(fourDecimals), cluster),
      }),
    };
  });
}

/** @param table `k x percentiles` */
function byPercentile(percentiles: readonly number[], table: Float64Array, cluster: number): Record<string, number> {
  return Object.fromEntries(percentiles.map((each, p) => [each, table[cluster * percentiles.length + p]]));
}

/** They are for looking at: more digits would make a stored cluster twice as long. Adding 0 leaves no negative one. */
function fourDecimals(value: number): number {
  return Math.round(value * 1e4) / 1e4 + 0;
}
