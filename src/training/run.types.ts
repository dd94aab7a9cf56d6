import type { Problem } from '../common/problem.js';
import type { Transitions } from '../centers/centers.entity.js';
import type { Choice, Evaluation, FitResult, SweepEntry } from '../ml/types.js';

/** A run moves from left to right and never back, save that a running one whose worker is gone is queued again. */
export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The states in which a run may still change. */
export const LIVE_STATUSES: readonly RunStatus[] = ['queued', 'running'];

export const RUN_PHASES = ['queued', 'reading', 'preparing', 'seeding', 'training', 'evaluating', 'storing'] as const;
export type RunPhase = (typeof RUN_PHASES)[number];

export const METRICS = ['euclidean', 'cosine'] as const;
export const SCALINGS = ['none', 'standard', 'min-max', 'robust'] as const;
export const MISSING_RULES = ['error', 'drop', 'mean', 'median', 'most-frequent', 'zero'] as const;
export const SEEDINGS = ['k-means++', 'random'] as const;

/** Begin from the centres of an earlier training. */
export interface FromCenters {
  centersId: string;
}

/** Every number of clusters from `min` to `max`, of which one is chosen. */
export interface ClusterRange {
  min: number;
  max: number;
}

/** Everything that decides a run's outcome, defaults filled in. */
export interface RunParams {
  datasetId: string;
  columns: string[];
  idColumn?: string;
  k: number | ClusterRange;
  init: (typeof SEEDINGS)[number] | FromCenters;
  nInit: number;
  maxIterations: number;
  tolerance: number;
  seed: number;
  metric: (typeof METRICS)[number];
  scaling: (typeof SCALINGS)[number];
  missing: (typeof MISSING_RULES)[number];
  weightColumn?: string;
  columnWeights?: Record<string, number>;
  logColumns?: string[];
  rareShare?: number;
  /** Of a run that begins from centers: whether clusters keep the numbers and names that they have there. */
  keepIds?: boolean;
}

/** The number of clusters, or the first that is tried. */
export function smallestK({ k }: RunParams): number {
  return typeof k === 'number' ? k : k.min;
}

/** How far a run has come. */
export interface RunProgress {
  /** 0..1, never falling within an attempt. */
  fraction: number;
  phase: RunPhase;
  k: number;
  restart: number;
  iteration: number;
  inertia: number | null;
  /** How the inertia fell, from the run's beginning on, thinned. */
  trace?: TracePoint[];
}

export type TracePoint = [k: number, restart: number, iteration: number, inertia: number];

/** Quality of a clustering in the space trained in; null where undefined. */
export interface RunMetrics {
  silhouette: number | null;
  silhouetteRows: number;
  calinskiHarabasz: number | null;
  daviesBouldin: number | null;
}

export interface RunResult {
  centersId: string;
  k: number;
  /** Null where it is beyond what float64 can say. */
  inertia: number | null;
  iterations: number;
  converged: boolean;
  sizes: number[];
  algorithm: { name: string; why: string };
  metrics: RunMetrics;
  /** Of a range of k: how each did, by rising k, and which was chosen. */
  sweep?: SweepEntry[];
  choice?: Choice;
  /** Of a run that began from centers: where their rows are now. */
  transitions?: Transitions;
  warnings: string[];
}

/** A clustering and how good it is. */
export interface Fitted {
  fit: FitResult;
  evaluation: Evaluation;
}

/** What a failed run says of itself. */
export type RunError = Problem;
