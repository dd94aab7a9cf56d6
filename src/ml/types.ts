/**
 * The shapes that go in and out of the engine. All tables are flat, row-major typed arrays; rows, columns and clusters
 * are counted from 0. Distances are Euclidean lengths (not squared) unless a name says otherwise.
 */

/** A dense table, row-major: the value at row i, column j is `data[i * columns + j]`. */
export interface Matrix {
  /** `rows * columns` finite values. Backed by a SharedArrayBuffer it is lent to the worker without a copy. */
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** `cosine` means spherical k-means: rows are brought to unit length, and so is every centre after each mean. */
export type Metric = 'euclidean' | 'cosine';

/** Centres to begin from instead of seeding, `k x columns`, in the units of the data. */
export interface InitialCenters {
  readonly centers: Matrix;
}

export interface FitOptions {
  /** Number of clusters, an integer from 1 to the number of distinct rows. */
  readonly k: number;
  /** How to begin: greedy k-means++ (default), k distinct rows at random, or given centres. */
  readonly init?: 'k-means++' | 'random' | InitialCenters;
  /** Restarts, 1..10,000; the one of lowest inertia is kept. Default 1. Given centres are fitted once. */
  readonly nInit?: number;
  /** Cap on the iterations of one restart, at least 1. Default 300. */
  readonly maxIterations?: number;
  /**
   * Stop when the sum of squared centre shifts is at most this times the mean column variance of the data trained on.
   * 0 stops only when no label changes. Default 1e-4.
   */
  readonly tolerance?: number;
  /** 0..2^32-1, default 0. The same data, options and seed give the same bits. */
  readonly seed?: number;
  readonly metric?: Metric;
  /** One weight a row: finite, not negative, not all zero. */
  readonly weights?: Float32Array | Float64Array;
  /**
   * `size` (default): clusters are numbered by falling number of rows, ties by the lexicographically smaller centre.
   * `initial`: they keep the numbers of the centres they began from. `matched`, for given centres: each is numbered as
   * the given centre that it is matched with, so that the sum of squared distances between the pairs, in the space
   * trained in, is as low as can be (a retrain that keeps its parent's ids).
   */
  readonly order?: 'size' | 'initial' | 'matched';
  readonly signal?: AbortSignal;
  /** Called at most ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Where an earlier fit of the same data with the same options stood. */
  readonly resume?: Checkpoint;
  /** Called with where the fit stands, at most every `checkpointMs`. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** Default 15,000. */
  readonly checkpointMs?: number;
}

/** One restart of a fit under way, after a number of iterations at which its sums are about to be taken anew. */
export interface TrainingState {
  readonly iterations: number;
  /** The centres before the last iteration, `k x columns`, from which its labels follow, and after it. */
  readonly before: Float64Array;
  readonly centers: Float64Array;
  /** Iterations in a row that moved no label. */
  readonly standing: number;
  readonly refilled: number;
}

/** One restart that has ended, in the space that the engine trains in; its labels are its nearest centres. */
export interface EndedRestart {
  readonly centers: Float64Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly refilled: number;
  readonly empty: number;
  readonly algorithm: Algorithm;
}

/**
 * Where a fit stood. A fit of the same data with the same options that resumes from it ends with the bits of one that
 * was never interrupted. Plain values and typed arrays; of use to the same {@link ENGINE_VERSION} only.
 */
export interface Checkpoint {
  /** The restart under way, from 1. */
  readonly restart: number;
  /** Null before its seeding. */
  readonly training: TrainingState | null;
  /** The best of the restarts before, and which it is. */
  readonly best: (EndedRestart & { readonly restart: number }) | null;
}

export type Phase = 'seeding' | 'training' | 'evaluating';

export interface Progress {
  readonly phase: Phase;
  /** 0..1, never falling within a call. An estimate: nobody knows the number of iterations beforehand. */
  readonly fraction: number;
  readonly k: number;
  /** The restart under way, from 1. */
  readonly restart: number;
  /** The iteration under way within the restart, from 1; 0 while seeding. */
  readonly iteration: number;
  /** Weighted sum of squared distances to the centres, of the last iteration (to about 1e-6); null before there is one. */
  readonly inertia: number | null;
}

/** Which way the training went, and why it was chosen. */
export interface Algorithm {
  readonly name: string;
  readonly why: string;
}

/** Something that a user should know, though the answer stands. */
export interface EngineWarning {
  /** Stable, e.g. `kmeans.empty_clusters`. */
  readonly code: string;
  readonly message: string;
}

export interface FitResult {
  readonly k: number;
  readonly columns: number;
  /** `k x columns`, in the units of the data (unit vectors when the metric is cosine). */
  readonly centers: Float64Array;
  /** The cluster of every row: the nearest centre in strict float64, the lowest number where distances tie. */
  readonly labels: Int32Array;
  /** Rows (not weights) a cluster. */
  readonly sizes: Int32Array;
  /** Weighted sum of squared distances between the rows and their centres; null, with a warning, if beyond float64. */
  readonly inertia: number | null;
  /** Iterations of the restart that was kept, counted as scikit-learn does. */
  readonly iterations: number;
  /** Whether the kept restart ended because no label changed or by the tolerance. */
  readonly converged: boolean;
  /** Number of the kept restart, from 1. */
  readonly restart: number;
  readonly seed: number;
  readonly algorithm: Algorithm;
  readonly warnings: readonly EngineWarning[];
}

export interface PredictOptions {
  readonly metric?: Metric;
  readonly signal?: AbortSignal;
  /** `labels`: nothing but them, the fastest way. `nearest`: distances too. `runner-up` (default): the second nearest too. */
  readonly detail?: 'labels' | 'nearest' | 'runner-up';
}

/** One entry a row. */
export interface PredictResult {
  readonly labels: Int32Array;
  /**
   * Distance to the nearest centre, in the space of the centres; on the unit sphere when the metric is cosine. Empty when
   * only labels are asked for.
   */
  readonly distances: Float64Array;
  /** Second nearest centre; -1 where there is none (k 1). Null when not asked for. */
  readonly runnerUps: Int32Array | null;
  /** Distance to it; Infinity where there is none. Null when not asked for. */
  readonly runnerUpDistances: Float64Array | null;
}

export interface TransformOptions {
  readonly metric?: Metric;
  readonly signal?: AbortSignal;
}

export interface SeedOptions {
  readonly k: number;
  readonly init?: 'k-means++' | 'random';
  readonly seed?: number;
  /** The restart whose draws are made, from 1 (default). */
  readonly restart?: number;
  readonly metric?: Metric;
  readonly weights?: Float32Array | Float64Array;
  readonly signal?: AbortSignal;
}

export interface SeedResult {
  /** The k chosen rows, in the order in which they were drawn. */
  readonly rows: Int32Array;
  /** Those rows' values, `k x columns`. */
  readonly centers: Float64Array;
}

export interface EvaluateOptions {
  /** `k x columns`, in the space of the data. */
  readonly centers: Matrix;
  readonly labels: Int32Array;
  readonly metric?: Metric;
  readonly weights?: Float32Array | Float64Array;
  /** Seeds the silhouette's sample. Default 0. */
  readonly seed?: number;
  /** The silhouette is exact up to so many rows, and taken on a sample of that size above. Default 20,000; 0 leaves it out. */
  readonly silhouetteRows?: number;
  /** Percentiles of the distances a cluster, each 0..100. Default [50, 90, 95, 99]. */
  readonly percentiles?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface SilhouettesOptions {
  /** Of each clustering, `k x columns`, in the space of the data: a row is in the cluster of its nearest centre. */
  readonly centers: readonly Matrix[];
  readonly metric?: Metric;
  /** Seeds the sample, the same for all. Default 0. */
  readonly seed?: number;
  /** As of an evaluation. */
  readonly silhouetteRows?: number;
  readonly signal?: AbortSignal;
}

/** The percentiles of a cluster's silhouettes that an evaluation tells: enough to draw them in order. */
export const SILHOUETTE_PERCENTILES: readonly number[] = Array.from({ length: 21 }, (_, i) => 5 * i);

/** How apart the clusters of one clustering are. */
export interface Silhouettes {
  /** Mean silhouette coefficient (Rousseeuw 1987); null where undefined: fewer than two clusters with rows, or a cluster a row. */
  readonly silhouette: number | null;
  /** Rows the silhouette was taken on: all of them, or the size of the sample; 0 when left out or undefined. */
  readonly silhouetteRows: number;
  /** Mean silhouette a cluster; NaN where undefined or not sampled. */
  readonly silhouettes: Float64Array;
  /** `k x SILHOUETTE_PERCENTILES.length` silhouettes, interpolated linearly as numpy does; NaN as above. */
  readonly silhouettePercentiles: Float64Array;
}

export interface Evaluation extends Silhouettes {
  readonly k: number;
  /** Weighted sum of squared distances to the given centres; null if beyond float64. */
  readonly inertia: number | null;
  /** Variance ratio criterion (Caliński and Harabasz 1974), unweighted; null below two clusters. */
  readonly calinskiHarabasz: number | null;
  /** Davies and Bouldin 1979, lower is better, unweighted; null below two clusters. */
  readonly daviesBouldin: number | null;
  /** Rows a cluster. */
  readonly sizes: Int32Array;
  /** Distance of each cluster's farthest row to its centre; 0 for one without rows. */
  readonly radii: Float64Array;
  /** Mean distance of each cluster's rows to its centre; 0 for one without rows. */
  readonly meanDistances: Float64Array;
  readonly percentiles: readonly number[];
  /** `k x percentiles.length` distances, interpolated linearly as numpy does; NaN for a cluster without rows. */
  readonly distancePercentiles: Float64Array;
  /** Mean of each column over all rows, each counted once. */
  readonly columnMeans: Float64Array;
  /** Standard deviation (n) of each column over all rows. */
  readonly columnDeviations: Float64Array;
  /** `k x columns`: the means of the rows of each cluster; 0 for one without rows. */
  readonly clusterMeans: Float64Array;
  /** `k x columns`: the standard deviations (n) within each cluster; 0 for one without rows. */
  readonly clusterDeviations: Float64Array;
}

export interface ProjectOptions {
  /** Number of principal components, at least 1, default 2; less where the data have fewer columns. */
  readonly components?: number;
  /** At most so many rows come back as points, a seeded sample, rows ascending. Default all. The axes come from all rows. */
  readonly limit?: number;
  readonly seed?: number;
  readonly metric?: Metric;
  /** Projected onto the same axes. */
  readonly centers?: Matrix;
  readonly signal?: AbortSignal;
}

export interface Projection {
  readonly components: number;
  readonly columns: number;
  /** `components x columns`: orthonormal axes; the largest loading of each is positive. */
  readonly axes: Float64Array;
  /** Column means, taken off before projecting. */
  readonly mean: Float64Array;
  /** Share of the whole variance along each axis, 0..1; all 0 where the data have no variance. */
  readonly explainedVarianceRatio: Float64Array;
  /** Numbers of the rows that came back, ascending. */
  readonly rows: Int32Array;
  /** `rows.length x components`. */
  readonly points: Float64Array;
  /** `k x components`; null without centres. */
  readonly centers: Float64Array | null;
}

export interface GapOptions {
  /** Numbers of clusters. */
  readonly ks: readonly number[];
  readonly seed?: number;
  /** Uniform data sets to compare with. Default 10. */
  readonly references?: number;
  /** Rows of the sample that it is taken on. Default 1,000. */
  readonly rows?: number;
  readonly signal?: AbortSignal;
}

/** One entry for each of `ks`. */
export interface Gap {
  /** Gap statistic; NaN where undefined. */
  readonly values: Float64Array;
  /** Its standard error, the references' own included. */
  readonly errors: Float64Array;
  /** Rows it was taken on. */
  readonly rows: number;
}

export interface StabilityOptions {
  /** Numbers of clusters. */
  readonly ks: readonly number[];
  readonly seed?: number;
  /** How often the sample is split in halves. Default 5. */
  readonly splits?: number;
  /** Rows of the sample that is split. Default 2,000. */
  readonly rows?: number;
  readonly metric?: Metric;
  /** One a row of the data; the fits go by them, the comparison counts each row once. */
  readonly weights?: Float32Array | Float64Array;
  readonly signal?: AbortSignal;
}

/** One entry for each of `ks`. */
export interface Stability {
  /** Mean adjusted Rand index of the splits; NaN at k 1, and where half of the sample has not so many distinct rows. */
  readonly values: Float64Array;
  /** Rows it was taken on. */
  readonly rows: number;
}

/** How one number of clusters did; null where undefined. */
export interface SweepEntry {
  readonly k: number;
  readonly inertia: number | null;
  readonly silhouette: number | null;
  readonly calinskiHarabasz: number | null;
  readonly daviesBouldin: number | null;
  readonly gap: number | null;
  readonly gapError?: number;
  /** Adjusted Rand index between fits on halves of the rows. */
  readonly stability?: number | null;
}

/** What each criterion would choose, null where it cannot tell, and what is chosen. */
export interface Choice {
  readonly elbow: number | null;
  readonly silhouette: number | null;
  readonly calinskiHarabasz: number | null;
  readonly daviesBouldin: number | null;
  readonly gap: number | null;
  readonly chosen: number;
  /** One sentence; says so when they disagree, or when halves of the rows do. */
  readonly why: string;
}

/** Of the engine's answers: rises when the same data, options and seed no longer give the same bits. */
export const ENGINE_VERSION = '1.0.0';
