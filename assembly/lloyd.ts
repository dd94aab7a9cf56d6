import { BLOCK, pack, takeRows } from './block';
import { rowsFrom } from './chunks';
import { beginMoves, endMoves, relabel } from './moves';
import { Plan } from './plan';
import { nearestOf } from './screen';
import { products } from './tile';

/** Phase, one a chunk: every row to its nearest centre; the moves are noted. */
export function assignAll(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  beginMoves(base);
  for (let row = first; row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    takeRows(base, row, count);
    pack(plan, base, (count + 3) & ~3);
    products(plan, base, count);
    for (let r = 0; r < count; r++) relabel(plan, base, first, row + r, nearestOf(plan, base, r, row + r));
  }
  endMoves(plan, base, chunk, first, end);
}
