import { parentPort, workerData } from 'node:worker_threads';
import { AbortedError } from '../errors.js';
import type { Hooks } from '../kmeans/fit.js';
import { useCrew } from '../kernels/choose.js';
import type { Matrix } from '../types.js';
import { toWire, type Reply, type Request } from './messages.js';
import { runJob } from './run-job.js';
import type { TeamData } from './team.js';
import { Threads } from './threads.js';

/** Milliseconds between two reports of progress: at most ten a second. */
const REPORT_EVERY = 100;

const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread.');

const { memory, control, size } = workerData as TeamData;
const crew = new Threads(memory, control, size);
useCrew(crew);

const reply = (message: Reply, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

port.on('message', (request: Request) => {
  const { id } = request;
  try {
    const result = runJob(request.name, matrixOf(request), request.options, hooksOf(request));
    reply({ id, result }, buffersOf(result));
  } catch (error) {
    reply({ id, error: toWire(error) });
  }
});

function matrixOf({ matrix: { data, rows, columns } }: Request): Matrix {
  if (ArrayBuffer.isView(data)) {
    crew.lend(null, null);
    return { data, rows, columns };
  }
  const { address, length, wide, arriving } = data;
  const values = wide
    ? new Float64Array(memory.buffer, address, length)
    : new Float32Array(memory.buffer, address, length);
  crew.lend(values, arriving);
  return { data: values, rows, columns };
}

function hooksOf({ id, cancel, wantsProgress, checkpointMs }: Request): Hooks {
  let reported = -Infinity;
  let kept = performance.now();
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
    checkpoint:
      checkpointMs === null
        ? null
        : (make) => {
            const now = performance.now();
            if (now - kept < checkpointMs) return;
            kept = now;
            reply({ id, checkpoint: make() });
          },
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
