import { fma } from './simd';

/**
 * A box of rows, of a block or of a run of blocks, as a seeding sees it. Coordinates are less the middle; those in float32
 * may have slipped.
 */
@unmanaged
export class Node {
  /** Mean of the rows. */
  x: f64;
  y: f64;
  z: f64;
  /** Sum of their squared distances to it. */
  scatter: f64;
  /** Sum of their squared distances to the closest chosen row, and the lowest and highest of them. */
  sum: f64;
  least: f32;
  most: f32;
  /** Centre of the box, and half its sides. */
  boxX: f32;
  boxY: f32;
  boxZ: f32;
  halfX: f32;
  halfY: f32;
  halfZ: f32;
  /** The chosen row that is the closest one to all of them; not a number where there is none. */
  ownX: f32;
  ownY: f32;
  ownZ: f32;
  rows: i32;
  spare: i64;
}

/** Rounding, relative, of what is computed from float32 differences, with much to spare. */
const LOOSE: f32 = 4e-5;

/**
 * Four candidates beside a box.
 * @param fixed what slips, and what float32 does not hold, may come to
 * @returns bits 0 to 3: the candidate comes closer to none of the rows; bits 4 to 7: to all of them
 */
// @ts-ignore: decorator
@inline
export function judge(node: Node, x: v128, y: v128, z: v128, fixed: f32): i32 {
  const ax = f32x4.sub(x, f32x4.splat(node.boxX));
  const ay = f32x4.sub(y, f32x4.splat(node.boxY));
  const az = f32x4.sub(z, f32x4.splat(node.boxZ));
  const hx = f32x4.splat(node.halfX), hy = f32x4.splat(node.halfY), hz = f32x4.splat(node.halfZ);
  const zero = f32x4.splat(0);
  const own = node.ownX;
  if (own == own) {
    // Over the box, |p - c|^2 - |p - o|^2 is what it is at its centre, give or take the spread.
    const ox = own - node.boxX, oy = node.ownY - node.boxY, oz = node.ownZ - node.boxZ;
    const low = ox * ox + oy * oy + oz * oz;
    const diagonal2 = node.halfX * node.halfX + node.halfY * node.halfY + node.halfZ * node.halfZ;
    const square = fma(ax, ax, fma(ay, ay, f32x4.mul(az, az)));
    const dx = f32x4.abs(f32x4.sub(x, f32x4.splat(own)));
    const dy = f32x4.abs(f32x4.sub(y, f32x4.splat(node.ownY)));
    const dz = f32x4.abs(f32x4.sub(z, f32x4.splat(node.ownZ)));
    const half = fma(dx, hx, fma(dy, hy, f32x4.mul(dz, hz)));
    const slack = fma(square, f32x4.splat(LOOSE), f32x4.splat(LOOSE * (low + 4 * diagonal2) + fixed));
    const spread = fma(half, f32x4.splat(2), slack);
    const away = f32x4.sub(square, f32x4.splat(low));
    const out = f32x4.gt(away, spread);
    const whole = f32x4.lt(away, f32x4.neg(spread));
    return i32x4.bitmask(out) | (i32x4.bitmask(whole) << 4);
  }
  const bx = f32x4.abs(ax), by = f32x4.abs(ay), bz = f32x4.abs(az);
  const gx = f32x4.pmax(zero, f32x4.sub(bx, hx)), gy = f32x4.pmax(zero, f32x4.sub(by, hy)), gz = f32x4.pmax(zero, f32x4.sub(bz, hz));
  const fx = f32x4.add(bx, hx), fy = f32x4.add(by, hy), fz = f32x4.add(bz, hz);
  const nearest = fma(gx, gx, fma(gy, gy, f32x4.mul(gz, gz)));
  const farthest = fma(fx, fx, fma(fy, fy, f32x4.mul(fz, fz)));
  const slack = f32x4.splat(fixed);
  const out = f32x4.gt(f32x4.sub(f32x4.mul(nearest, f32x4.splat(1 - LOOSE)), slack), f32x4.splat(node.most));
  const whole = f32x4.lt(fma(farthest, f32x4.splat(1 + LOOSE), slack), f32x4.splat(node.least));
  return i32x4.bitmask(out) | (i32x4.bitmask(whole) << 4);
}
