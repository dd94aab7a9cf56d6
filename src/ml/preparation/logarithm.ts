import { EngineError } from '../errors.js';
import type { LogStep } from './types.js';

/** The logarithm of 2 in two parts, of which a whole number up to 2^11 times the first is exact. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;
const HALF_ROOT = Math.SQRT1_2;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
/** Where the half with sign and exponent lies. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * The natural logarithm, to two units in the last place. Made of sums, products and quotients alone, whose rounding is
 * the same everywhere, so that an exported model can repeat it to the bit; `Math.log` is not the same everywhere.
 *
 * x = m 2^e with m in [1/sqrt 2, sqrt 2); ln m = 2 artanh s = 2 s (1 + s^2 / 3 + s^4 / 5 + ...), s = (m - 1) / (m + 1).
 *
 * @param x finite, above 0
 */
export function logarithm(x: number): number {
  let exponent = 0;
  // Numbers below 2^-1022 have no exponent of their own.
  if (x < 2 ** -1022) {
    x *= 2 ** 54;
    exponent = -54;
  }
  number[0] = x;
  exponent += (words[HIGH] >>> 20) - 1022;
  words[HIGH] = (words[HIGH] & 0x000f_ffff) | (1022 << 20);
  let m = number[0];
  if (m < HALF_ROOT) {
    m *= 2;
    exponent--;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let rest = 0;
  for (let n = 23; n > 1; n -= 2) rest = (rest + 2 / n) * square;
  return exponent * LN2_HIGH + (s * (2 + rest) + exponent * LN2_LOW);
}

/**
 * @param data OUT, row-major
 * @param columns for each feature the name of its column, for the errors
 */
export function applyLog(step: LogStep, data: Float64Array, columns: readonly string[]): void {
  const width = step.features.length;
  for (const [j, logged] of step.features.entries()) {
    if (!logged) continue;
    for (let at = j, row = 0; at < data.length; at += width, row++) {
      const value = data[at];
      if (!(value > 0)) {
        throw new EngineError(
          'preparation.no_logarithm',
          `Row ${row + 1}: "${columns[j]}" is ${value}; only numbers above 0 have a logarithm.`,
          { row, column: columns[j] },
        );
      }
      data[at] = logarithm(value);
    }
  }
}

/** @param data OUT, row-major: back to the units before {@link applyLog} */
export function invertLog(step: LogStep, data: Float64Array): void {
  const width = step.features.length;
  for (let at = 0; at < data.length; at++) if (step.features[at % width]) data[at] = Math.exp(data[at]);
}
