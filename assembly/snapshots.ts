import { linePitch } from './block';
import { between } from './distance';
import { Plan } from './plan';
import { U, up } from './simd';

/** Phase, one a centre: the current centres as lines. */
export function lineUp(planAt: usize, c: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const center = plan.centers + ((<usize>c * d) << 3);
  const line = plan.lines + <usize>c * linePitch(plan);
  for (let j: usize = 0; j < d; j++) {
    const middle = plan.direct ? 0 : <f64>load<f32>(plan.middle + (j << 2));
    store<f32>(line + (j << 2), <f32>(load<f64>(center + (j << 3)) - middle));
  }
  for (let j = d; j < linePitch(plan) >> 2; j++) store<f32>(line + (j << 2), 0);
}

/**
 * Phase, one a snapshot: how far every centre has moved since, rounded up: `moved`; the most that any other has:
 * `movedMost`; and in steps of the matrix: `movedSteps`.
 */
export function displace(planAt: usize, snapshot: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const k = plan.k;
  const pitch = linePitch(plan);
  const width = <usize>plan.tiles << 3;
  const at = <usize>snapshot * width;
  const moved = plan.moved + (at << 2);
  const loose = 1 + (<f64>plan.columns / 8 + 12) * U;
  // Both ends were rounded to float32; no line is longer than the longest centre of its time.
  const slip = 2.02 * U * (<f64>plan.reach + <f64>plan.away) + 1e-20;
  let most: f32 = 0;
  let next: f32 = 0;
  let farthest = -1;
  for (let c = 0; c < k; c++) {
    const square = between(plan.snapshots + <usize>(snapshot * k + c) * pitch, plan.lines + <usize>c * pitch, pitch);
    const length = up(sqrt(<f64>square) * loose + slip);
    store<f32>(moved + (<usize>c << 2), length);
    if (length > most) {
      next = most;
      most = length;
      farthest = c;
    } else if (length > next) {
      next = length;
    }
  }
  for (let c = 0; c < k; c++) {
    const cell = (at + <usize>c) << 2;
    const others = c == farthest ? next : most;
    store<f32>(plan.movedMost + cell, others);
    store<f32>(plan.movedBoth + cell, up(<f64>load<f32>(plan.moved + cell) + <f64>others));
  }
  store<f32>(plan.movedTwo + (<usize>snapshot << 2), up(<f64>most + <f64>next));
  for (let t: usize = 0; plan.groups && t < <usize>plan.tiles; t++) {
    let farthest8: f32 = 0;
    for (let c = t << 3; c < min<usize>((t << 3) + 8, <usize>k); c++) farthest8 = max(farthest8, load<f32>(moved + (c << 2)));
    const steps = ceil(<f64>farthest8 / <f64>plan.groupStep);
    store<u8>(plan.groupMoved + <usize>snapshot * <usize>plan.groupPitch + t, <u8><u32>min(steps, 255));
  }
  if (!plan.matrix) return;
  for (let c: usize = 0; c < width; c++) {
    const steps = c < <usize>k ? ceil(<f64>load<f32>(moved + (c << 2)) / <f64>plan.step) : 0;
    store<u16>(plan.movedSteps + ((at + c) << 1), <u16><u32>min(steps, 65535));
  }
}
