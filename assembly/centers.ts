import { Plan } from './plan';
import { packedPitch, REACH } from './block';

/**
 * Phase, one a tile: packs 8 centres for the products. The norm and the packing error of each go to `output` as two
 * float64, from which the leader takes the largest.
 */
export function packCenters(planAt: usize, t: i32, base: usize): void {
  const plan = changetype<Plan>(planAt);
  const d = <usize>plan.columns;
  const pitch = packedPitch(plan);
  const tile = plan.packed + <usize>t * (pitch << 3);
  if (plan.integer) memory.fill(tile, 0, pitch << 3);
  const lanes = <usize>t << 3;
  for (let lane: usize = 0; lane < 8; lane++) {
    const c = lanes + lane;
    const norms = plan.norms + (c << 2);
    const steps = plan.steps + (c << 2);
    const bounds = plan.output + (c << 4);
    if (c >= <usize>plan.k) {
      store<f32>(norms, f32.MAX_VALUE);
      store<f32>(steps, 0);
      store<f64>(bounds, 0);
      store<f64>(bounds, 0, 8);
      if (!plan.integer) for (let j: usize = 0; j < d; j++) store<f32>(plan.packed + <usize>t * (d << 5) + (j << 5) + (lane << 2), 0);
      continue;
    }
    const center = plan.centers + ((c * d) << 3);
    let square: f64 = 0;
    for (let j: usize = 0; j < d; j++) {
      const y = load<f64>(center + (j << 3)) - <f64>load<f32>(plan.middle + (j << 2));
      square += y * y;
    }
    const norm = sqrt(square);
    let lost: f64 = 0;
    if (plan.integer) {
      const step = norm / REACH;
      const inverse = step > 1e-30 ? 1 / step : 0;
      const stored = inverse > 0 ? <f32>(-2 * step) : 0;
      const exact = <f64>stored * -0.5;
      for (let j: usize = 0; j < d; j++) {
        const y = load<f64>(center + (j << 3)) - <f64>load<f32>(plan.middle + (j << 2));
        const q = nearest(y * inverse);
        store<i16>(tile + ((j >> 1) << 5) + (lane << 2) + ((j & 1) << 1), <i16><i32>q);
        const e = y - q * exact;
        lost += e * e;
      }
      store<f32>(steps, stored);
    } else {
      const at = plan.packed + <usize>t * (d << 5) + (lane << 2);
      for (let j: usize = 0; j < d; j++) {
        const y = load<f64>(center + (j << 3)) - <f64>load<f32>(plan.middle + (j << 2));
        const q = <f32>y;
        store<f32>(at + (j << 5), -2 * q);
        const e = y - <f64>q;
        lost += e * e;
      }
    }
    store<f32>(norms, <f32>square);
    store<f64>(bounds, norm * 1.0000001);
    store<f64>(bounds, sqrt(lost) * 1.0000001 + 1e-30, 8);
  }
}
