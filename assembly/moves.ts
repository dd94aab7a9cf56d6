import { formerOf, movedOf, CHUNK } from './block';
import { Plan } from './plan';
import { down, up } from './simd';

/** A move in one word: the row's place in its chunk, and the label it had, plus one. */
export const PLACE_BITS = 11;
export const PLACE_MASK = (1 << PLACE_BITS) - 1;

export function beginMoves(base: usize): void {
  memory.fill(movedOf(base), 0, CHUNK / 8);
}

/** Gives a row its label; a change is noted, in whatever order the rows come. */
// @ts-ignore: decorator
@inline
export function relabel(plan: Plan, base: usize, first: i32, row: i32, label: i32): void {
  const at = plan.labels + (<usize>row << 2);
  const before = load<i32>(at);
  if (before == label) return;
  store<i32>(at, label);
  const place = row - first;
  store<i32>(formerOf(base) + (<usize>place << 2), before);
  const word = movedOf(base) + (<usize>(place >> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (place & 31)));
}

/** Writes the chunk's moves down in row order. */
export function endMoves(plan: Plan, base: usize, chunk: i32, first: i32, end: i32): void {
  if (!plan.moves) return;
  const start = plan.moves + (<usize>first << 2);
  let out = start;
  const words = (end - first + 31) >> 5;
  for (let w = 0; w < words; w++) {
    for (let bits = load<u32>(movedOf(base) + (<usize>w << 2)); bits; bits &= bits - 1) {
      const place = (w << 5) + ctz(bits);
      const before = load<i32>(formerOf(base) + (<usize>place << 2));
      store<u32>(out, (<u32>(before + 1) << PLACE_BITS) | place);
      out += 4;
    }
  }
  store<i32>(plan.moveCounts + (<usize>chunk << 2), <i32>((out - start) >> 2));
}

/** Gives a row its bounds, as of now. */
// @ts-ignore: decorator
@inline
export function stamp(plan: Plan, row: i32, lower: f64, upper: f64): void {
  store<f32>(plan.lower + (<usize>row << 2), lower > 0 ? down(lower) : 0);
  store<f32>(plan.upper + (<usize>row << 2), up(upper));
  store<u8>(plan.stamps + <usize>row, <u8>plan.now);
}
