import { describe, expect, it } from '@jest/globals';
import { passOn } from './young-garbage.js';

const MIB = 2 ** 20;

describe('buffers that were passed on', () => {
  it('are freed before they pile up', () => {
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) {
      const buffer = Buffer.allocUnsafeSlow(MIB);
      buffer[0] = 1;
      passOn(buffer.length);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(32 * MIB);
  });
});
