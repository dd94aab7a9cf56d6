import { far, near } from './distance';
import { Plan } from './plan';
import { Sketch } from './sketch';

/**
 * What full distances have told about a row: by how much its sketch was off from a centre. With w what of a row lies beside
 * the directions and r what of a centre does, a sketched value is off by 2 w.r, up to |w| |r|; once the full distance is
 * known, so is w.r as of then, and from there on it changes by |w| times what r has moved.
 */

/** An entry: correction, float32 · centre, uint16 · iteration, uint16. */
const ENTRY: usize = 8;
/** Entries a row. */
const ENTRIES: usize = 3;

/** Bytes that a row's entries take. */
export function memoBytes(): i32 {
  return <i32>(ENTRY * ENTRIES);
}

/** Iterations since an entry was made; many where it is none. */
// @ts-ignore: decorator
@inline
function ageOf(sketch: Sketch, entry: usize): u32 {
  return <u32>sketch.iteration - <u32>load<u16>(entry, 6);
}

/** The row's entry for a centre, or 0. It is younger than the oldest snapshot, and older than the current one. */
export function recall(sketch: Sketch, row: i32, c: i32): usize {
  let entry = sketch.memo + <usize>row * (ENTRY * ENTRIES);
  for (const end = entry + ENTRY * ENTRIES; entry < end; entry += ENTRY) {
    if (<i32>load<u16>(entry, 4) == c && ageOf(sketch, entry) - 1 < <u32>sketch.span - 1) return entry;
  }
  return 0;
}

/** The snapshot that an entry was made at. */
// @ts-ignore: decorator
@inline
export function snapshotOf(sketch: Sketch, entry: usize): usize {
  return <usize>load<u16>(entry, 6) & <usize>(sketch.span - 1);
}

/**
 * Takes in the full distance that was measured last, in place of what there was for the centre, or else of what is oldest.
 * @param sketched what the sketches gave, squared distance less the row's squared length
 */
export function learn(plan: Plan, row: i32, c: i32, sketched: f64): void {
  const sketch = changetype<Sketch>(plan.sketch);
  if (!sketch.memo) return;
  const entries = sketch.memo + <usize>row * (ENTRY * ENTRIES);
  let at = entries;
  for (let entry = entries; entry < entries + ENTRY * ENTRIES; entry += ENTRY) {
    if (<i32>load<u16>(entry, 4) == c) {
      at = entry;
      break;
    }
    if (ageOf(sketch, entry) > ageOf(sketch, at)) at = entry;
  }
  const low = max(0, near);
  const norm = <f64>load<f32>(sketch.records + <usize>row * <usize>sketch.pitch, 12);
  store<f32>(at, <f32>((low * low + far * far) * 0.5 - norm * norm - sketched));
  store<u16>(at, <u16>c, 4);
  store<u16>(at, <u16>sketch.iteration, 6);
}
