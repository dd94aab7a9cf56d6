import { describe, expect, it } from '@jest/globals';
import { describeKernel } from '../kernel.suite.js';
import { BASE } from './arena.js';
import { compile, instantiate } from './binary.js';
import { CELLS_BYTES } from './cells.js';
import { createMemory, Lone } from './crew.js';
import { GRID_BYTES } from './grid.js';
import { NEAR_BYTES, NODE_BYTES } from './near.js';
import { PLAN_BYTES } from './plan.js';
import { SEED_BYTES } from './seed.js';
import { SKETCH_BYTES } from './sketch.js';
import { WasmKernel } from './wasm.kernel.js';

describe.each(['wasm-relaxed-simd', 'wasm-simd'] as const)('the build %s', (name) => {
  const build = compile(name);
  const crew = new Lone(build);
  let soil = 0;

  // The memory is what earlier calls left behind: small, negative, not a number, nothing.
  describeKernel(name, (input) => {
    new Uint8Array(crew.memory.buffer, BASE).fill([0x41, 0xc1, 0xff, 0][soil++ % 4]);
    return new WasmKernel(input, crew);
  });

  it('knows records of the same size as we write', () => {
    const exports = instantiate(build.module, createMemory());
    expect(exports.planBytes()).toBe(PLAN_BYTES);
    expect(exports.gridBytes()).toBe(GRID_BYTES);
    expect(exports.cellsBytes()).toBe(CELLS_BYTES);
    expect(exports.seedBytes()).toBe(SEED_BYTES);
    expect(exports.nearBytes()).toBe(NEAR_BYTES);
    expect(exports.nodeBytes()).toBe(NODE_BYTES);
    expect(exports.sketchBytes()).toBe(SKETCH_BYTES);
  });
});
