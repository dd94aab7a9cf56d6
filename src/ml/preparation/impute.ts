import { EngineError } from '../errors.js';
import { UNKNOWN } from './categories.js';
import { median, mostFrequent, mean } from './statistics.js';
import type { ImputeStep, InputColumn, MissingRule } from './types.js';

/**
 * Learns what missing values (NaN) become.
 * @param values the columns, one array each, categories as their codes
 * @param columns what they are
 */
export function fitImpute(
  values: readonly Float64Array[],
  columns: readonly InputColumn[],
  rule: MissingRule,
): ImputeStep {
  if (rule === 'error' || rule === 'drop') return { kind: 'impute', rule, fill: null };
  return { kind: 'impute', rule, fill: values.map((column, j) => fillOf(column, columns[j], rule)) };
}

function fillOf(values: Float64Array, column: InputColumn, rule: Exclude<MissingRule, 'error' | 'drop'>): number {
  const isCategory = column.type === 'category';
  if (rule === 'zero') return isCategory ? UNKNOWN : 0;
  // Rare categories are many, none of which is the most frequent.
  const known = isCategory && column.categories.length > 0 ? column.categories.length : Infinity;
  const present = values.filter((value) => value < known);
  if (present.length === 0) {
    throw new EngineError('dataset.empty_column', `Column "${column.name}" has no values to take the ${rule} of.`, {
      column: column.name,
    });
  }
  if (rule === 'most-frequent' || isCategory) return mostFrequent(present.sort());
  return rule === 'mean' ? mean(present) : median(present.sort());
}

/**
 * @param data OUT, row-major, `rows x columns`: NaN is replaced
 * @param columns for the errors
 */
export function applyImpute(step: ImputeStep, data: Float64Array, columns: readonly InputColumn[]): void {
  const width = columns.length;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isNaN(data[i])) continue;
    const column = i % width;
    if (step.fill === null) {
      const row = Math.floor(i / width);
      const { name } = columns[column];
      throw new EngineError(
        'preparation.missing_value',
        `Row ${row + 1} has no value for "${name}", and these centres were trained to refuse that.`,
        { row, column: name },
      );
    }
    data[i] = step.fill[column]!;
  }
}
