import { formerOf, movedOf, CHUNK } from './block';
import { labelOf, storeLabel } from './labels';
import { Plan } from './plan';
import { down, up } from './simd';

export function beginMoves(base: usize): void {
  memory.fill(movedOf(base), 0, CHUNK / 8);
}

/** Gives a row its label; a change is noted, in whatever order the rows come. */
// @ts-ignore: decorator
@inline
export function relabel(plan: Plan, base: usize, first: i32, row: i32, label: i32): void {
  const before = labelOf(plan, row);
  if (before == label) return;
  storeLabel(plan, plan.labels, row, label);
  const place = row - first;
  store<i32>(formerOf(base) + (<usize>place << 2), before);
  const word = movedOf(base) + (<usize>(place >> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (place & 31)));
}

/** Where the bits of a chunk's moves are, 32 rows a word; each chunk begins a new one. */
// @ts-ignore: decorator
@inline
export function movesOf(plan: Plan, chunk: i32, first: i32): usize {
  return plan.moves + (<usize>((first >> 5) + chunk) << 2);
}

/** Writes the chunk's moves down in row order. */
export function endMoves(plan: Plan, base: usize, chunk: i32, first: i32, end: i32): void {
  const moves = movesOf(plan, chunk, first);
  const words = <usize>(end - first + 31) >> 5;
  let out = <usize>first;
  for (let w: usize = 0; w < words; w++) {
    let bits = load<u32>(movedOf(base) + (w << 2));
    store<u32>(moves + (w << 2), bits);
    for (; bits; bits &= bits - 1) {
      const place = (w << 5) + <usize>ctz(bits);
      storeLabel(plan, plan.formers, out, load<i32>(formerOf(base) + (place << 2)));
      out++;
    }
  }
  store<i32>(plan.moveCounts + (<usize>chunk << 2), <i32>out - first);
}

/** Gives a row its bounds, as of now. */
// @ts-ignore: decorator
@inline
export function stamp(plan: Plan, row: i32, lower: f64, upper: f64): void {
  store<f32>(plan.lower + (<usize>row << 2), lower > 0 ? down(lower) : 0);
  store<f32>(plan.upper + (<usize>row << 2), up(upper));
  store<u8>(plan.stamps + <usize>row, <u8>plan.now);
}
