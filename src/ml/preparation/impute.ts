import { EngineError } from '../errors.js';
import { median, mostFrequent, mean } from './statistics.js';
import type { ImputeStep, MissingRule } from './types.js';

/**
 * Learns what missing values (NaN) become.
 * @param columns the features, one array each
 * @param names their names, for the errors
 */
export function fitImpute(columns: readonly Float64Array[], names: readonly string[], rule: MissingRule): ImputeStep {
  if (rule === 'error' || rule === 'drop') return { kind: 'impute', rule, fill: null };
  return { kind: 'impute', rule, fill: columns.map((column, j) => fillOf(column, names[j], rule)) };
}

function fillOf(column: Float64Array, name: string, rule: Exclude<MissingRule, 'error' | 'drop'>): number {
  if (rule === 'zero') return 0;
  const present = column.filter((value) => !Number.isNaN(value));
  if (present.length === 0) {
    throw new EngineError('dataset.empty_column', `Column "${name}" has no values to take the ${rule} of.`, {
      column: name,
    });
  }
  if (rule === 'mean') return mean(present);
  return rule === 'median' ? median(present.sort()) : mostFrequent(present.sort());
}

/**
 * @param data OUT, row-major, `rows x features`: NaN is replaced
 * @param names of the features, for the errors
 */
export function applyImpute(step: ImputeStep, data: Float64Array, names: readonly string[]): void {
  const width = names.length;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isNaN(data[i])) continue;
    const column = i % width;
    if (step.fill === null) {
      const row = Math.floor(i / width);
      throw new EngineError(
        'preparation.missing_value',
        `Row ${row} has no value for "${names[column]}", and these centres were trained to refuse that.`,
        { row, column: names[column] },
      );
    }
    data[i] = step.fill[column]!;
  }
}
