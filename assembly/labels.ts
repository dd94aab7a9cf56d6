import { Plan } from './plan';

/** Labels of rows take as few bytes as tell the clusters apart: 1, 2 or 4. There are bytes to spare after the last. */

// @ts-ignore: decorator
@inline
export function labelOf(plan: Plan, row: i32): i32 {
  return <i32>(load<u32>(plan.labels + (<usize>row << plan.labelShift)) & plan.labelMask);
}

/** Writes the label of a row, or whatever else has an index, into a list of labels. */
// @ts-ignore: decorator
@inline
export function storeLabel(plan: Plan, labels: usize, index: usize, label: i32): void {
  if (plan.labelShift == 0) store<u8>(labels + index, <u8>label);
  else if (plan.labelShift == 1) store<u16>(labels + (index << 1), <u16>label);
  else store<i32>(labels + (index << 2), label);
}

/** Reads one. */
// @ts-ignore: decorator
@inline
export function loadLabel(plan: Plan, labels: usize, index: usize): i32 {
  return <i32>(load<u32>(labels + (index << plan.labelShift)) & plan.labelMask);
}
