import { parentPort } from 'node:worker_threads';
import { AbortedError } from '../errors.js';
import type { Hooks } from '../kmeans/fit.js';
import { toWire, type Reply, type Request } from './messages.js';
import { runJob } from './run-job.js';

/** Milliseconds between two reports of progress: at most ten a second. */
const REPORT_EVERY = 100;

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread.');

const reply = (message: Reply, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

port.on('message', (request: Request) => {
  const { id } = request;
  try {
    const result = runJob(request.name, request.matrix, request.options, hooksOf(request));
    reply({ id, result }, buffersOf(result));
  } catch (error) {
    reply({ id, error: toWire(error) });
  }
});

function hooksOf({ id, cancel, wantsProgress }: Request): Hooks {
  let reported = -Infinity;
  return {
    interrupt: () => {
      if (Atomics.load(cancel, 0) !== 0) throw new AbortedError();
    },
    progress: wantsProgress
      ? (make) => {
          const now = performance.now();
          if (now - reported < REPORT_EVERY) return;
          reported = now;
          reply({ id, progress: make() });
        }
      : null,
  };
}

/** The memory of the typed arrays in an answer, to be handed over instead of copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const values = ArrayBuffer.isView(result) ? [result] : Object.values(result as object);
  const buffers = new Set<ArrayBuffer>();
  for (const value of values) {
    if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
  }
  return [...buffers];
}
