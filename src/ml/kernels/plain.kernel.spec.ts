import { describeKernel } from './kernel.suite.js';
import { PlainKernel } from './plain.kernel.js';

describeKernel('plain', (input) => new PlainKernel(input));
