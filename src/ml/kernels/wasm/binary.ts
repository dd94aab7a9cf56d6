import { BASELINE, RELAXED } from './binary.generated.js';

/** A unit of work of a phase: `item` of the plan at `plan`, with scratch memory of the calling thread. */
type Phase = (plan: number, item: number, scratch: number) => void;

export const PHASES = [
  'scan',
  'whole',
  'packBytes',
  'unpackInPlace',
  'packCenters',
  'packCoarse',
  'assignAll',
  'assignAndBound',
  'assignBounded',
  'assignGrouped',
  'lineUp',
  'displace',
  'nearestRows',
  'assignTwo',
  'transform',
  'distances',
  'inertia',
  'extend',
  'keyRows',
  'placeKeys',
  'moveRows',
  'sortBuckets',
  'fillBlocks',
  'packBlocks',
  'assignBoxes',
  'carryMarked',
  'carryAll',
  'carryMoves',
  'reduce',
  'seedBegin',
  'seedMeet',
  'seedAdd',
  'seedGains',
  'seedMasses',
  'seedLargest',
  'bytesMeet',
  'bytesAdd',
  'bytesGains',
  'nearBegin',
  'nearMeet',
  'nearAdd',
  'nearTry',
  'nearMasses',
  'nearLargest',
  'separations',
  'multiply',
  'sketchRows',
  'sketchCenters',
  'displaceRests',
] as const;
export type PhaseName = (typeof PHASES)[number];

/** What `assembly/index.ts` exports. */
export type Exports = Record<PhaseName, Phase> & {
  planBytes(): number;
  gridBytes(): number;
  sortBytes(): number;
  boxScratchBytes(tiles: number): number;
  cellsBytes(): number;
  cellScratchBytes(tiles: number): number;
  seedBytes(): number;
  nearBytes(): number;
  nodeBytes(): number;
  sketchBytes(): number;
  memoBytes(): number;
  separationBytes(columns: number, groups: number): number;
  scratchBytes(columns: number, tiles: number): number;
  scaleNarrow(address: number, count: number, first: number, second: number): number;
};

export interface Binary {
  readonly name: 'wasm-simd' | 'wasm-relaxed-simd';
  readonly module: WebAssembly.Module;
}

let compiled: Binary | undefined;

/** The best build that this engine can run, compiled once a thread. */
export function binary(): Binary {
  return (compiled ??= WebAssembly.validate(bytesOf(RELAXED)) ? compile('wasm-relaxed-simd') : compile('wasm-simd'));
}

/** A build by its name. */
export function compile(name: Binary['name']): Binary {
  return { name, module: new WebAssembly.Module(bytesOf(name === 'wasm-simd' ? BASELINE : RELAXED)) };
}

function bytesOf(base64: string): Buffer<ArrayBuffer> {
  return Buffer.from(base64, 'base64');
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}
