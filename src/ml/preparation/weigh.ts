import { EngineError } from '../errors.js';
import type { WeighStep } from './types.js';

/** @param names for each feature the name of its column */
export function fitWeigh(names: readonly string[], weights: Readonly<Record<string, number>>): WeighStep {
  for (const [name, weight] of Object.entries(weights)) {
    if (!names.includes(name)) {
      throw new EngineError(
        'preparation.unknown_column',
        `The weights name a column "${name}" that is not trained on.`,
        {
          column: name,
        },
      );
    }
    if (!(Number.isFinite(weight) && weight > 0)) {
      throw new EngineError('preparation.bad_option', `The weight of column "${name}" must be a number above 0.`, {
        column: name,
      });
    }
  }
  return { kind: 'weigh', weights: names.map((name) => (Object.hasOwn(weights, name) ? weights[name] : 1)) };
}

/** @param data OUT, row-major */
export function applyWeigh(step: WeighStep, data: Float64Array): void {
  const width = step.weights.length;
  for (let i = 0; i < data.length; i += width) {
    for (let j = 0; j < width; j++) data[i + j] = data[i + j] * step.weights[j];
  }
}

/** @param data OUT, row-major: back to the units before {@link applyWeigh} */
export function invertWeigh(step: WeighStep, data: Float64Array): void {
  const width = step.weights.length;
  for (let i = 0; i < data.length; i += width) {
    for (let j = 0; j < width; j++) data[i + j] = data[i + j] / step.weights[j];
  }
}
