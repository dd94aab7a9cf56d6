import type { Matrix } from '../types.js';

/** A column of numbers as it was uploaded; NaN stands for a missing value. */
export interface NumberColumn {
  readonly name: string;
  readonly type: 'number';
  readonly values: Float32Array | Float64Array;
}

/** The columns to train on, in their order, all of the same length. */
export type TableColumn = NumberColumn;

export type MissingRule = 'error' | 'drop' | 'mean' | 'median' | 'most-frequent' | 'zero';
export type ScalingRule = 'none' | 'standard' | 'min-max' | 'robust';

export interface PreparationOptions {
  /** Default `error`. */
  readonly missing?: MissingRule;
  /** Default `standard`. */
  readonly scaling?: ScalingRule;
  /** By column name, each above 0: what a column is multiplied by after scaling. Columns not named weigh 1. */
  readonly columnWeights?: Readonly<Record<string, number>>;
}

/** What a prediction gives for a column; null is a missing value. */
export type Cell = number | string | null;

/** A column as the fitted preparation expects it. */
export interface InputColumn {
  readonly name: string;
  readonly type: 'number';
}

/** Missing values: `fill` has one number a feature, or is null where a missing value is refused. */
export interface ImputeStep {
  readonly kind: 'impute';
  readonly rule: MissingRule;
  readonly fill: readonly number[] | null;
}

/** (value - offset) / scale, one of each a feature. */
export interface ScaleStep {
  readonly kind: 'scale';
  readonly rule: Exclude<ScalingRule, 'none'>;
  readonly offset: readonly number[];
  readonly scale: readonly number[];
}

/** value * weight, one a feature. */
export interface WeighStep {
  readonly kind: 'weigh';
  readonly weights: readonly number[];
}

export type PreparationStep = ImputeStep | ScaleStep | WeighStep;

/** All that a prediction replays. Plain JSON: survives `JSON.stringify` and back to the bit. */
export interface FittedPreparation {
  readonly version: 1;
  /** What comes in, in this order. */
  readonly columns: readonly InputColumn[];
  /** What the columns become, in this order: the columns of the prepared matrix. */
  readonly features: readonly string[];
  /** Done one after the other. */
  readonly steps: readonly PreparationStep[];
}

/** Something that a user should know, though the answer stands. */
export interface PreparationWarning {
  readonly code: string;
  readonly message: string;
}

export interface PreparedData {
  readonly preparation: FittedPreparation;
  /** `keptRows.length x preparation.features.length`, float64. */
  readonly matrix: Matrix;
  /** The rows of the table that the matrix holds, ascending; others were dropped. */
  readonly keptRows: Int32Array;
  readonly warnings: readonly PreparationWarning[];
}
