import { describe, expect, it } from '@jest/globals';
import { describeKernel } from '../kernel.suite.js';
import { compile, instantiate } from './binary.js';
import { CELLS_BYTES } from './cells.js';
import { createMemory, Lone } from './crew.js';
import { GRID_BYTES } from './grid.js';
import { PLAN_BYTES } from './plan.js';
import { SEED_BYTES } from './seed.js';
import { SKETCH_BYTES } from './sketch.js';
import { WasmKernel } from './wasm.kernel.js';

describe.each(['wasm-relaxed-simd', 'wasm-simd'] as const)('the build %s', (name) => {
  const build = compile(name);
  const crew = new Lone(build);

  describeKernel(name, (input) => new WasmKernel(input, crew));

  it('knows records of the same size as we write', () => {
    const exports = instantiate(build.module, createMemory());
    expect(exports.planBytes()).toBe(PLAN_BYTES);
    expect(exports.gridBytes()).toBe(GRID_BYTES);
    expect(exports.cellsBytes()).toBe(CELLS_BYTES);
    expect(exports.seedBytes()).toBe(SEED_BYTES);
    expect(exports.sketchBytes()).toBe(SKETCH_BYTES);
  });
});
