import { describe, expect, it } from '@jest/globals';
import { checkV8 } from './engine-needs.js';

describe('the engine', () => {
  it('refuses a V8 that lets threads read rows before they are there', () => {
    expect(() => {
      checkV8('11.3.244.8-node.33');
    }).toThrow(/needs Node 24.11 or newer/);
  });

  it('takes the one that the tests run on', () => {
    expect(checkV8).not.toThrow();
  });
});
