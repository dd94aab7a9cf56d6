import type { Kernel, KernelInput } from './kernel.js';
import { PlainKernel } from './plain.kernel.js';

/** The fastest kernel that this machine can run. */
export function createKernel(input: KernelInput): Kernel {
  return new PlainKernel(input);
}
