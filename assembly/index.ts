export { scratchBytes } from './block';
export { bytesAdd, bytesGains, bytesMeet, packBytes, unpackInPlace } from './bytes';
export { assignAndBound, assignBounded } from './bounds';
export { assignGrouped } from './groups';
export { displace, lineUp } from './snapshots';
export { packCenters } from './centers';
export { packCoarse } from './coarse';
export { assignAll } from './lloyd';
export { nearAdd, nearBegin, nearLargest, nearMasses, nearMeet, nearTry } from './near';
export { scan } from './scan';
export { whole } from './whole';
export { assignTwo, transform } from './predict';
export { seedAdd, seedBegin, seedGains, seedLargest, seedMasses, seedMeet } from './seed';
export { separationBytes, separations } from './separations';
export { distances, inertia } from './strict';
export { assignBoxes, boxScratchBytes } from './boxes';
export { cellsBytes, cellScratchBytes } from './cells';
export { memoBytes } from './memo';
export { nearestRows } from './nearest';
export { fillBlocks, packBlocks } from './grid';
export { extend, keyRows, moveRows, placeKeys, sortBuckets, sortBytes } from './sort';
export { displaceRests, multiply, sketchCenters, sketchRows } from './sketch';
export { carryAll, carryMarked, carryMoves, reduce } from './sums';

import { Grid } from './grid';
import { Near } from './near';
import { Node } from './node';
import { Plan } from './plan';
import { Seed } from './seed';
import { Sketch } from './sketch';

/** Bytes of the plan, for a check of its mirror. */
export function planBytes(): i32 {
  return offsetof<Plan>();
}

/** The same of the grid. */
export function gridBytes(): i32 {
  return offsetof<Grid>();
}

/** The same of the record of a seeding. */
export function seedBytes(): i32 {
  return offsetof<Seed>();
}

/** The same of that of a seeding on the grid, and of one of its nodes. */
export function nearBytes(): i32 {
  return offsetof<Near>();
}

export function nodeBytes(): i32 {
  return offsetof<Node>();
}

/** The same of the record of sketches. */
export function sketchBytes(): i32 {
  return offsetof<Sketch>();
}

/**
 * Values times two factors, in place.
 * @returns whether every product is exact in float32
 */
export function scaleNarrow(at: usize, count: i32, first: f64, second: f64): bool {
  let exact = true;
  for (const end = at + (<usize>count << 2); at < end; at += 4) {
    const x = <f64>load<f32>(at) * first * second;
    const y = <f32>x;
    exact = exact && <f64>y == x;
    store<f32>(at, y);
  }
  return exact;
}
