import { quantile, spread } from './statistics.js';
import type { ScaleStep, ScalingRule } from './types.js';

interface OffsetAndScale {
  readonly offset: number;
  /** 0 stands for a column that does not vary. */
  readonly scale: number;
}

/** As scikit-learn's StandardScaler (ddof 0), MinMaxScaler (0..1) and RobustScaler (25th to 75th percentile). */
const RULES: Record<Exclude<ScalingRule, 'none'>, (column: Float64Array) => OffsetAndScale> = {
  standard(column) {
    const { mean, deviation, constant } = spread(column);
    return { offset: mean, scale: constant ? 0 : deviation };
  },
  'min-max'(column) {
    let low = Infinity;
    let high = -Infinity;
    for (const value of column) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return { offset: low, scale: high - low };
  },
  robust(column) {
    const sorted = column.slice().sort();
    const offset = quantile(sorted, 0.5);
    const scale = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    // A spread next to nothing beside other values would carry these beyond float64.
    const holds = [sorted[0], sorted.at(-1)!].every((value) => Number.isFinite((value - offset) / scale));
    return { offset, scale: holds ? scale : 0 };
  },
};

/**
 * Learns offset and scale of each feature. One that has no spread gets scale 1, as in scikit-learn.
 * @param asIs whether a feature is left as it is
 * @returns the step, and the numbers of the features without spread
 */
export function fitScale(
  columns: readonly Float64Array[],
  rule: Exclude<ScalingRule, 'none'>,
  asIs: (feature: number) => boolean,
): { step: ScaleStep; flat: number[] } {
  const fitted = columns.map((column, j) => (asIs(j) ? { offset: 0, scale: 1 } : RULES[rule](column)));
  return {
    step: {
      kind: 'scale',
      rule,
      offset: fitted.map(({ offset }) => offset),
      scale: fitted.map(({ scale }) => (scale === 0 ? 1 : scale)),
    },
    flat: fitted.flatMap(({ scale }, j) => (scale === 0 ? [j] : [])),
  };
}

/** @param data OUT, row-major */
export function applyScale(step: ScaleStep, data: Float64Array): void {
  const { offset, scale } = step;
  const width = offset.length;
  for (let i = 0; i < data.length; i += width) {
    for (let j = 0; j < width; j++) data[i + j] = (data[i + j] - offset[j]) / scale[j];
  }
}

/** @param data OUT, row-major: back to the units before {@link applyScale} */
export function invertScale(step: ScaleStep, data: Float64Array): void {
  const { offset, scale } = step;
  const width = offset.length;
  for (let i = 0; i < data.length; i += width) {
    for (let j = 0; j < width; j++) data[i + j] = data[i + j] * scale[j] + offset[j];
  }
}
