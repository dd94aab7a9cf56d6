/** Powers of ten that float64 holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, e) => Number(`1e${e}`));

const SPLITTER = 2 ** 27 + 1;
/** Bounds on the relative errors of the quotient and of what is left of it. */
const SLACK = 2 ** -98;
const REST_SLACK = 2 ** -48;

/** Digits that fit one part of a number: parts are 32-bit integers, which are faster to gather than doubles. */
export const PART_DIGITS = 9;
/** Digits that are read here; longer numbers are left to `Number()`. */
export const MAX_DIGITS = 2 * PART_DIGITS;
/** Digits up to which the whole number is exact in float64. */
const EXACT_DIGITS = 15;

/**
 * The float64 nearest to (first x 10^secondDigits + second) / 10^fraction, as `Number()` would read it from the text, or
 * NaN where that takes more care than is taken here.
 *
 * Up to 15 digits one division is exact enough. Beyond, it is computed in double-double arithmetic: the relative error
 * stays below 2^-98, so that rounding is certain unless the exact value lies that close to the middle of two neighbours.
 *
 * @param target OUT, at `at`: a number that is returned would be made an object, one for each cell
 * @param first the leading digits, up to 9
 * @param second the digits that follow them, up to 9
 * @param secondDigits how many those are
 * @param digits how many there are together
 * @param fraction digits after the decimal point, 0..22
 * @see T. J. Dekker (1971), A floating-point technique for extending the available precision
 */
export function decimal(
  target: Float64Array,
  at: number,
  first: number,
  second: number,
  secondDigits: number,
  digits: number,
  fraction: number,
): void {
  const scale = POWERS_OF_TEN[secondDigits];
  const power = POWERS_OF_TEN[fraction];
  if (digits <= EXACT_DIGITS) {
    target[at] = (first * scale + second) / power;
    return;
  }
  // The digits as m + mLow, exactly: the factors of both products have at most 15 + 30 bits.
  const a = (first >>> 15) * scale * 0x8000;
  const b = (first & 0x7fff) * scale + second;
  const m = a + b;
  const mLow = b - (m - a);
  const quotient = m / power;
  // The remainder m + mLow - quotient x power; the product exactly, as product + productLow.
  const product = quotient * power;
  let split = SPLITTER * quotient;
  const qHigh = split - (split - quotient);
  const qLow = quotient - qHigh;
  split = SPLITTER * power;
  const pHigh = split - (split - power);
  const pLow = power - pHigh;
  const productLow = qLow * pLow - (product - qHigh * pHigh - qLow * pHigh - qHigh * pLow);
  const rest = (m - product - productLow + mLow) / power;
  const slack = Math.abs(quotient) * SLACK + Math.abs(rest) * REST_SLACK;
  const low = quotient + (rest - slack);
  target[at] = low === quotient + (rest + slack) ? low : NaN;
}
