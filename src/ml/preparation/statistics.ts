/**
 * Statistics of one column, safe for values of any size: sums are taken on values scaled by a power of two, which is
 * exact, so that 1e300 does not overflow nor 1e-300 vanish when squared.
 */

/** 2^n with |largest value| < 2^n; 1 for a column of zeros or nothing. */
export function magnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  // Not above 2^1023, or the scale itself would be infinite; sums of halves then still fit.
  return 2 ** Math.min(1023, Math.max(-1021, Math.floor(Math.log2(largest)) + 1));
}

/** Arithmetic mean, corrected by the mean of what the first estimate leaves over. */
export function mean(values: Float64Array): number {
  const unit = magnitude(values);
  return scaledMean(values, unit) * unit;
}

function scaledMean(values: Float64Array, unit: number): number {
  let sum = 0;
  for (const value of values) sum += value / unit;
  const first = sum / values.length;
  let rest = 0;
  for (const value of values) rest += value / unit - first;
  return first + rest / values.length;
}

/**
 * Mean and standard deviation of the population (ddof 0), two passes with the correction of Chan, Golub and LeVeque 1983
 * (as scikit-learn's `_incremental_mean_and_var`). `constant` is its test for a column whose variance is rounding alone.
 */
export function spread(values: Float64Array): { mean: number; deviation: number; constant: boolean } {
  const unit = magnitude(values);
  const n = values.length;
  const center = scaledMean(values, unit);
  let squares = 0;
  let rest = 0;
  for (const value of values) {
    const difference = value / unit - center;
    squares += difference * difference;
    rest += difference;
  }
  const variance = Math.max(0, (squares - (rest * rest) / n) / n);
  const constant = variance <= n * Number.EPSILON * variance + (n * center * Number.EPSILON) ** 2;
  return { mean: center * unit, deviation: Math.sqrt(variance) * unit, constant };
}

/** Linear interpolation between the closest ranks, as numpy's default. `sorted` ascends; `q` is 0..1. */
export function quantile(sorted: Float64Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const share = position - below;
  const low = sorted[below];
  if (share === 0) return low;
  const high = sorted[below + 1];
  // numpy's _lerp: from the nearer end, so that the result is monotonic.
  const gap = high - low;
  if (!Number.isFinite(gap)) return low * (1 - share) + high * share;
  return share >= 0.5 ? high - gap * (1 - share) : low + gap * share;
}

export function median(sorted: Float64Array): number {
  return quantile(sorted, 0.5);
}

/** The value seen most often; the smallest of those where they tie. `sorted` ascends. */
export function mostFrequent(sorted: Float64Array): number {
  let best = sorted[0];
  let bestRun = 0;
  let run = 0;
  for (let i = 0; i < sorted.length; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1;
    if (run > bestRun) {
      bestRun = run;
      best = sorted[i]!;
    }
  }
  return best;
}
