import { types } from 'node:util';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AbortedError, EngineError } from '../errors.js';
import { FILLED } from '../kernels/wasm/arena.js';
import { sampleRows } from '../kernels/wasm/sample.js';
import type { Checkpoint, Matrix, Progress } from '../types.js';
import { owned } from './owned.js';
import { fromWire, type JobName, type Jobs, type Lent, type Reply, type Request } from './messages.js';
import { Team } from './team.js';

/** Values copied into shared memory at a time. */
const COPIED = 1 << 16;
/** Values copied between two turns of the event loop: a millisecond or two. */
const COPY_TURN = 1 << 21;
/** Jobs that first look at the values in their order, which they do while these still arrive. */
const EARLY: ReadonlySet<JobName> = new Set(['fit', 'seed', 'predict']);
const CHECKPOINT_MS = 15_000;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => void) | undefined;
  readonly checkpointMs?: number | undefined;
}

interface Call extends CallOptions {
  readonly matrix: Matrix;
  readonly request: Omit<Request, 'matrix'>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One team of worker threads and the calls that wait for it, first come, first served. The team starts with the first
 * call and keeps no process alive while it is idle. When it has been for a while, it is let go with its memory, which
 * cannot shrink; another takes some hundredths of a second to start. If one of its threads dies, the call under way
 * rejects with `kmeans.worker_died` and the next one gets a new team.
 */
export class EngineThreads {
  private team: Team | undefined;
  private idle: NodeJS.Timeout | undefined;
  private readonly waiting: Call[] = [];
  private current: Call | undefined;
  private nextId = 1;
  private closed = false;

  /**
   * @param size number of threads that compute
   * @param idleMs how long the team is kept for a next call
   */
  constructor(
    private readonly name: string,
    private readonly size: number,
    private readonly idleMs: number,
  ) {}

  /** Memory of the team; 0 while there is none. */
  get bytes(): number {
    return this.team?.bytes ?? 0;
  }

  /** @throws EngineError `kmeans.aborted`, `kmeans.worker_died`, `kmeans.closed`, `kmeans.too_large` and what the job throws */
  call<N extends JobName>(
    name: N,
    matrix: Matrix,
    options: Jobs[N]['options'],
    { signal, onProgress, onCheckpoint, checkpointMs = CHECKPOINT_MS }: CallOptions,
  ): Promise<Jobs[N]['result']> {
    if (this.closed) throw closedError();
    if (signal?.aborted) throw new AbortedError();
    return new Promise<Jobs[N]['result']>((resolve, reject) => {
      const cancel = new Int32Array(new SharedArrayBuffer(4));
      const id = this.nextId++;
      const call: Call = {
        matrix,
        request: {
          id,
          name,
          options,
          wantsProgress: onProgress !== undefined,
          checkpointMs: onCheckpoint ? checkpointMs : null,
          cancel,
        },
        onProgress,
        onCheckpoint,
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
    clearTimeout(this.idle);
    const team = this.team;
    this.team = undefined;
    await team?.close();
  }

  /** Hands the team its next call if it has none. */
  private turn(): void {
    if (this.current !== undefined) return;
    clearTimeout(this.idle);
    this.current = this.waiting.shift();
    if (this.current !== undefined) {
      void this.hand(this.current);
      return;
    }
    this.team?.unref();
    if (this.team) this.idle = setTimeout(() => void this.rest(), this.idleMs).unref();
  }

  private async hand(call: Call): Promise<void> {
    this.team ??= this.start();
    const { team } = this;
    team.ref();
    const stands = (): boolean => team === this.team && call === this.current;
    try {
      await lend(call, team, stands);
    } catch (error) {
      // There is no room, or something in the options cannot be cloned; the team never heard of the call.
      if (call !== this.current) return;
      this.current = undefined;
      call.reject(error instanceof Error ? error : new Error(String(error)));
      this.turn();
    }
  }

  private async rest(): Promise<void> {
    const team = this.team;
    if (this.current !== undefined) return;
    this.team = undefined;
    await team?.close();
  }

  private start(): Team {
    const team: Team = new Team(this.name, this.size, {
      message: (message) => {
        if (team === this.team) this.receive(message);
      },
      died: (reason) => {
        if (team !== this.team) return;
        this.team = undefined;
        const call = this.current;
        this.current = undefined;
        call?.reject(new EngineError('kmeans.worker_died', `A thread that computed this died: ${reason}.`));
        this.turn();
      },
    });
    return team;
  }

  private receive(message: Reply): void {
    const call = this.current;
    if (call?.request.id !== message.id) return;
    if ('progress' in message) {
      tell(call, () => call.onProgress?.(message.progress));
      return;
    }
    if ('checkpoint' in message) {
      tell(call, () => call.onCheckpoint?.(message.checkpoint));
      return;
    }
    this.current = undefined;
    if ('error' in message) call.reject(fromWire(message.error));
    else call.resolve(owned(message.result));
    this.turn();
  }
}

/** Tells a listener, unless the call was given up. One that throws ends its call, not the process. */
function tell({ request: { cancel }, reject }: Call, listener: () => void): void {
  if (Atomics.load(cancel, 0) !== 0) return;
  try {
    listener();
  } catch (error) {
    Atomics.store(cancel, 0, 1);
    reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * Hands the table over in the team's memory. Long copies let the event loop turn; the team may begin meanwhile.
 * @param stands whether the team still waits for this call: if not, its memory is no longer ours
 */
async function lend({ matrix, request }: Call, team: Team, stands: () => boolean): Promise<void> {
  const { data, rows, columns } = matrix;
  if (types.isSharedArrayBuffer(data.buffer)) {
    team.post({ ...request, matrix: { data, rows, columns } });
    return;
  }
  const early = EARLY.has(request.name);
  const place = team.make(data, request.name === 'predict');
  const post = (arriving: Lent['arriving']): void => {
    const wide = data.BYTES_PER_ELEMENT === 8;
    const lent: Lent = { address: place.byteOffset, length: data.length, wide, arriving };
    team.post({ ...request, matrix: { data: lent, rows, columns } });
  };
  if (early) {
    team.fill(0);
    const sample = sampleRows(data, rows, columns);
    post({ filled: FILLED, sample });
  }
  // As bytes, which are copied faster than numbers are.
  const size = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const target = new Uint8Array(place.buffer, place.byteOffset, place.byteLength);
  for (let from = 0; from < data.length; from += COPIED) {
    if (from > 0 && from % COPY_TURN === 0) {
      await nextTurn();
      if (!stands()) return;
    }
    if (Atomics.load(request.cancel, 0) !== 0) {
      if (!early) throw new AbortedError();
      // Nobody shall wait for the rest.
      break;
    }
    target.set(bytes.subarray(from * size, (from + COPIED) * size), from * size);
    if (early) team.fill(Math.min(data.length, from + COPIED));
  }
  if (early) team.fill(data.length);
  else post(null);
}

function closedError(): EngineError {
  return new EngineError('kmeans.closed', 'The engine is closed.');
}
