import { move, transferableSymbol, valueSymbol } from 'piscina';

/** An answer to another thread whose bytes are handed over instead of copied, unless they share their memory with others. */
export function moved<Answer extends { bytes: Uint8Array }>(answer: Answer): Answer {
  const { buffer, byteLength } = answer.bytes;
  if (byteLength !== buffer.byteLength) return answer;
  return move({ [transferableSymbol]: buffer, [valueSymbol]: answer }) as unknown as Answer;
}
