/** Powers of ten that float64 holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, e) => Number(`1e${e}`));

const SPLITTER = 2 ** 27 + 1;

/**
 * The float64 nearest to (head x 10^tailDigits + tail) / 10^fraction, as `Number()` would read it from the text, or NaN
 * where that takes more care than is taken here.
 *
 * Computed in double-double arithmetic: the relative error stays below 2^-98, so that rounding is certain unless the
 * exact value lies that close to the middle of two neighbours.
 *
 * @param head up to 15 digits
 * @param tail up to 4 digits that follow them
 * @param tailDigits how many digits the tail has
 * @param fraction digits after the decimal point, 0..22
 * @see T. J. Dekker (1971), A floating-point technique for extending the available precision
 */
export function decimal(head: number, tail: number, tailDigits: number, fraction: number): number {
  const scale = POWERS_OF_TEN[tailDigits];
  // The digits as m + mLow, exactly: the parts of head x scale have at most 26 + 14 bits.
  const headHigh = Math.floor(head / 0x4000000);
  const a = headHigh * 0x4000000 * scale;
  const b = (head - headHigh * 0x4000000) * scale + tail;
  const m = a + b;
  const mLow = b - (m - a);
  const power = POWERS_OF_TEN[fraction];
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
  const slack = Math.abs(quotient) * 2 ** -98 + Math.abs(rest) * 2 ** -48;
  const low = quotient + (rest - slack);
  return low === quotient + (rest + slack) ? low : NaN;
}
