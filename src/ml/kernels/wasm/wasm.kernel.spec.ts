import { describe, expect, it } from '@jest/globals';
import { describeKernel } from '../kernel.suite.js';
import { binary, instantiate } from './binary.js';
import { createMemory, Lone } from './crew.js';
import { GRID_BYTES } from './grid.js';
import { PLAN_BYTES } from './plan.js';
import { WasmKernel } from './wasm.kernel.js';

const crew = new Lone();

describeKernel(binary().name, (input) => new WasmKernel(input, crew));

describe('the plan', () => {
  it('has the same size on both sides', () => {
    expect(instantiate(binary().module, createMemory()).planBytes()).toBe(PLAN_BYTES);
    expect(instantiate(binary().module, createMemory()).gridBytes()).toBe(GRID_BYTES);
  });
});
