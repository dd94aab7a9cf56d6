/** The oldest V8 that the engine was tried on: that of Node 24. */
const OLDEST = 13;

/**
 * Refuses engines whose WebAssembly is not to be relied on. The baseline compiler of V8 11 (Node 20) goes on from
 * `memory.atomic.wait32` with the wrong values in its registers, so that threads read rows before they are there.
 * @param v8 the version of this process
 */
export function checkV8(v8 = process.versions.v8): void {
  if (Number.parseInt(v8, 10) >= OLDEST) return;
  throw new Error(
    `The engine needs Node 24.11 or newer, this is ${process.versions.node}: older ones compute wrongly.`,
  );
}
