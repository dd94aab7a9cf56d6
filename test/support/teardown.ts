import { afterAll } from '@jest/globals';
import { endAll } from './left-open.js';

afterAll(endAll);
