import { types } from 'node:util';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AbortedError, EngineError } from '../errors.js';
import type { Matrix, Progress } from '../types.js';
import { fromWire, type JobName, type Jobs, type Reply, type Request } from './messages.js';
import { workerUrl } from './worker-url.js';

/** Values copied into shared memory between two turns of the event loop: some milliseconds. */
const COPY_CHUNK = 1 << 20;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface Call extends CallOptions {
  readonly request: Request;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One worker thread and the calls that wait for it, first come, first served. The thread starts with the first call,
 * stays, and keeps no process alive while it is idle. If it dies, the call under way rejects with `kmeans.worker_died`
 * and the next one gets a new thread.
 */
export class EngineThread {
  private worker: Worker | undefined;
  private readonly waiting: Call[] = [];
  private current: Call | undefined;
  private nextId = 1;
  private closed = false;

  constructor(private readonly name: string) {}

  /** @throws EngineError `kmeans.aborted`, `kmeans.worker_died`, `kmeans.closed`, `kmeans.too_large` and what the job throws */
  async call<N extends JobName>(
    name: N,
    matrix: Matrix,
    options: Jobs[N]['options'],
    { signal, onProgress }: CallOptions,
  ): Promise<Jobs[N]['result']> {
    const shared = await intoSharedMemory(matrix, signal);
    if (this.closed) throw closedError();
    return new Promise<Jobs[N]['result']>((resolve, reject) => {
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      const id = this.nextId++;
      const call: Call = {
        request: { id, name, matrix: shared, options, wantsProgress: onProgress !== undefined, cancel },
        onProgress,
        resolve: (result) => {
          signal?.removeEventListener('abort', abort);
          resolve(result as Jobs[N]['result']);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error);
        },
      };
      // The caller hears of it at once; the thread sees the flag within milliseconds and turns to the next call.
      const abort = (): void => {
        Atomics.store(cancel, 0, 1);
        const place = this.waiting.indexOf(call);
        if (place >= 0) this.waiting.splice(place, 1);
        call.reject(new AbortedError());
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.waiting.push(call);
      this.turn();
    });
  }

  /** Ends the thread; calls under way and waiting reject with `kmeans.closed`. */
  async close(): Promise<void> {
    this.closed = true;
    for (const call of this.waiting.splice(0)) call.reject(closedError());
    this.current?.reject(closedError());
    this.current = undefined;
    const worker = this.worker;
    this.worker = undefined;
    await worker?.terminate();
  }

  /** Hands the thread its next call if it has none. */
  private turn(): void {
    if (this.current !== undefined) return;
    this.current = this.waiting.shift();
    if (this.current === undefined) {
      this.worker?.unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    try {
      this.worker.postMessage(this.current.request);
    } catch (error) {
      // Something in the options cannot be cloned; the thread never heard of the call.
      const call = this.current;
      this.current = undefined;
      call.reject(error instanceof Error ? error : new Error(String(error)));
      this.turn();
    }
  }

  private start(): Worker {
    const worker = new Worker(workerUrl('./engine.worker.js', import.meta.url), { name: this.name });
    let reason = 'it ended';
    worker.on('message', (message: Reply) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      if (worker !== this.worker) return;
      this.worker = undefined;
      const call = this.current;
      this.current = undefined;
      call?.reject(new EngineError('kmeans.worker_died', `The thread that computed this died: ${reason}.`));
      this.turn();
    });
    return worker;
  }

  private receive(message: Reply): void {
    const call = this.current;
    if (call?.request.id !== message.id) return;
    if ('progress' in message) {
      if (Atomics.load(call.request.cancel, 0) === 0) call.onProgress?.(message.progress);
      return;
    }
    this.current = undefined;
    if ('error' in message) call.reject(fromWire(message.error));
    else call.resolve(message.result);
    this.turn();
  }
}

/** The same table in shared memory, which threads read without a copy. Long copies let the event loop turn. */
async function intoSharedMemory(matrix: Matrix, signal: AbortSignal | undefined): Promise<Matrix> {
  const { data } = matrix;
  if (types.isSharedArrayBuffer(data.buffer)) return matrix;
  const shared = allocate(data);
  for (let from = 0; from < data.length; from += COPY_CHUNK) {
    if (from > 0) await nextTurn();
    if (signal?.aborted) throw new AbortedError();
    shared.set(data.subarray(from, from + COPY_CHUNK), from);
  }
  return { ...matrix, data: shared };
}

function allocate(data: Float32Array | Float64Array): Float32Array | Float64Array {
  try {
    const buffer = new SharedArrayBuffer(data.byteLength);
    return data.BYTES_PER_ELEMENT === 4 ? new Float32Array(buffer) : new Float64Array(buffer);
  } catch {
    throw new EngineError('kmeans.too_large', `There is not enough memory to share ${data.byteLength} bytes of data.`, {
      bytes: data.byteLength,
    });
  }
}

function closedError(): EngineError {
  return new EngineError('kmeans.closed', 'The engine is closed.');
}
