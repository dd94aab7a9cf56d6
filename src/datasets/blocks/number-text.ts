/**
 * The text of a number as it stood in the file: the shortest decimal for the float64, and the zeros after the last
 * digit of its fraction that the file wrote.
 *
 * @param value finite
 * @param trailingZeros `5.10` has one, `5.0` one, `5` none
 */
export function numberText(value: number, trailingZeros: number): string {
  const text = String(value);
  if (trailingZeros === 0) return text;
  return text.includes('.') ? text + '0'.repeat(trailingZeros) : `${text}.${'0'.repeat(trailingZeros)}`;
}
