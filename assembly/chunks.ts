import { partitionStart, Plan } from './plan';

/** Chunks divide the rows without crossing a partition: `split` a partition, each of at most 2^11 rows. */
// @ts-ignore: decorator
@inline
export function rowsFrom(plan: Plan, chunk: i32): i32 {
  const p = chunk / plan.split;
  const start = partitionStart(plan.rows, p);
  const s = chunk - p * plan.split;
  if (!s) return start;
  const length = partitionStart(plan.rows, p + 1) - start;
  return start + <i32>((<i64>length * <i64>s) / <i64>plan.split);
}
