import { workerData } from 'node:worker_threads';
import type { ReaderSettings } from './protocol.js';

/** Ends the whole process, with no last words, once it holds more memory than it may. */
const { memoryBytes } = workerData as ReaderSettings;
const EVERY_MS = 20;

setInterval(() => {
  if (process.memoryUsage.rss() > memoryBytes) process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
