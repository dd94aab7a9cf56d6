import { BLOCK, pack, takeRows } from './block';
import { rowsFrom } from './chunks';
import { Plan } from './plan';
import { nearestOf } from './screen';
import { PLACE_BITS } from './sums';
import { products } from './tile';

/** Phase, one a chunk: every row to its nearest centre; the moves are noted. */
export function assignAll(planAt: usize, chunk: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const first = rowsFrom(plan, chunk);
  const end = rowsFrom(plan, chunk + 1);
  let moves = plan.moves + (<usize>first << 2);
  const movesStart = moves;
  for (let row = first; row < end; row += BLOCK) {
    const count = min(BLOCK, end - row);
    takeRows(base, row, count);
    pack(plan, base, (count + 3) & ~3);
    products(plan, base, count);
    for (let r = 0; r < count; r++) {
      const i = row + r;
      const label = nearestOf(plan, base, r, i);
      const place = plan.labels + (<usize>i << 2);
      const before = load<i32>(place);
      if (label == before) continue;
      store<i32>(place, label);
      if (!plan.moves) continue;
      store<u32>(moves, (<u32>(before + 1) << PLACE_BITS) | (i - first));
      moves += 4;
    }
  }
  store<i32>(plan.moveCounts + (<usize>chunk << 2), <i32>((moves - movesStart) >> 2));
}
