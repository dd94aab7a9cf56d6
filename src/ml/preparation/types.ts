import type { Matrix } from '../types.js';
import type { DateOrder } from './dates.js';

/** A column of numbers as it was uploaded; NaN stands for a missing value. */
export interface NumberColumn {
  readonly name: string;
  readonly type: 'number';
  readonly values: Float32Array | Float64Array;
}

/** A column of dates: milliseconds since 1970 in UTC, NaN where one is missing. */
export interface DateColumn {
  readonly name: string;
  readonly type: 'date';
  /** How its dates were written, for predictions to read them likewise. */
  readonly order: DateOrder;
  readonly values: Float64Array;
}

/** A column of words: positions in the dictionary, NaN where one is missing. */
export interface CategoryColumn {
  readonly name: string;
  readonly type: 'category';
  /** Every word once, in any order. */
  readonly dictionary: readonly string[];
  readonly values: Float64Array;
}

/** The columns to train on, in their order, all of the same length. */
export type TableColumn = NumberColumn | DateColumn | CategoryColumn;

export type MissingRule = 'error' | 'drop' | 'mean' | 'median' | 'most-frequent' | 'zero';
export type ScalingRule = 'none' | 'standard' | 'min-max' | 'robust';

export interface PreparationOptions {
  /** Default `error`. Of categories, `mean` and `median` are the most frequent one, and `zero` is none of them. */
  readonly missing?: MissingRule;
  /** Default `standard`. Categories are not scaled: each is 0 or 1. */
  readonly scaling?: ScalingRule;
  /** By column name, each above 0: what a column is multiplied by after scaling. Columns not named weigh 1. */
  readonly columnWeights?: Readonly<Record<string, number>>;
  /** Columns of numbers above 0 whose natural logarithm is taken before scaling. */
  readonly logColumns?: readonly string[];
  /** 0..0.5, default 0.01: categories in a smaller share of the rows trained on are taken together as one. */
  readonly rareShare?: number;
}

/** What a prediction gives for a column; null is a missing value. */
export type Cell = number | string | null;

/** A column as the fitted preparation expects it. */
export type InputColumn = NumberInput | DateInput | CategoryInput;

export interface NumberInput {
  readonly name: string;
  readonly type: 'number';
}

/** Dates become milliseconds since 1970 in UTC. */
export interface DateInput {
  readonly name: string;
  readonly type: 'date';
  readonly order: DateOrder;
}

/** Words become their position in `categories`, that behind the last one where they are rare, and -1 where unknown. */
export interface CategoryInput {
  readonly name: string;
  readonly type: 'category';
  /** Those that have a feature of their own, ascending. */
  readonly categories: readonly string[];
  /** Those that share one, which follows the others; none where it is empty. */
  readonly rare: readonly string[];
}

/** Missing values: `fill` has one number a column, or is null where a missing value is refused. */
export interface ImputeStep {
  readonly kind: 'impute';
  readonly rule: MissingRule;
  readonly fill: readonly number[] | null;
}

/**
 * Columns to features: a column of width 0 is one feature as it is; one of width w becomes w features, of which the one
 * that the column's value counts from 0 is 1, the others 0, and all are 0 where the value is -1.
 */
export interface OneHotStep {
  readonly kind: 'one-hot';
  readonly widths: readonly number[];
}

/** The natural logarithm of the features whose entry is true. */
export interface LogStep {
  readonly kind: 'log';
  readonly features: readonly boolean[];
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

export type PreparationStep = ImputeStep | OneHotStep | LogStep | ScaleStep | WeighStep;

/** All that a prediction replays. Plain JSON: survives `JSON.stringify` and back to the bit. */
export interface FittedPreparation {
  readonly version: 1;
  /** What comes in, in this order. */
  readonly columns: readonly InputColumn[];
  /** What the columns become, in this order: the columns of the prepared matrix. */
  readonly features: readonly string[];
  /** Done one after the other, in the order of the kinds in {@link PreparationStep}. */
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

/** Rows of a prediction, made ready. */
export interface PreparedRows extends Matrix {
  /** By row, the columns whose category was never seen in training: all of their features are 0. */
  readonly unknown: ReadonlyMap<number, readonly string[]>;
}
