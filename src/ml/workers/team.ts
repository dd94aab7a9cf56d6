import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.js';
import { BASE, FILLED } from '../kernels/wasm/arena.js';
import { createMemory, MAX_PAGES, PAGE } from '../kernels/wasm/crew.js';
import { clearShelf, SHELF_END } from '../kernels/wasm/shelf.js';
import { Word } from './barrier.js';
import type { Reply, Request } from './messages.js';
import { workerUrl } from './worker-url.js';

/** Tables below this leave room enough for what is kept from one prediction to the next. */
const KEEPS_UP_TO = 2 ** 30;

/** What a thread of a team is born with. */
export interface TeamData {
  readonly memory: WebAssembly.Memory;
  /** See barrier.ts. */
  readonly control: Int32Array;
  readonly size: number;
  /** 0 for the leader. */
  readonly rank: number;
}

export interface TeamEvents {
  readonly message: (message: Reply) => void;
  /** A thread ended that should not have; the whole team is gone. */
  readonly died: (reason: string) => void;
}

/** A leader, which takes requests, and its followers, all on one shared memory. Seen from the main thread. */
export class Team {
  private readonly memory = createMemory();
  private readonly workers: Worker[];
  private readonly leader: Worker;
  private closing = false;

  constructor(name: string, size: number, events: TeamEvents) {
    const control = new Int32Array(new SharedArrayBuffer(4 * Word.Length));
    let reason = 'it ended';
    this.workers = Array.from({ length: size }, (_, rank) => {
      const entry = rank === 0 ? './engine.worker.js' : './follower.worker.js';
      const data: TeamData = { memory: this.memory, control, size, rank };
      const worker = new Worker(workerUrl(entry, import.meta.url), { name: `${name}-${rank}`, workerData: data });
      worker.on('error', (error) => {
        reason = error instanceof Error ? error.message : String(error);
      });
      worker.on('exit', () => {
        if (this.closing) return;
        void this.close();
        events.died(reason);
      });
      return worker;
    });
    this.leader = this.workers[0]!;
    this.leader.on('message', events.message);
    this.unref();
  }

  /** Bytes that the team has grown to. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * An array of the same kind and length at the bottom of the team's memory. Only between two requests.
   * @param keeps whether what predictions keep there shall stay, if the array leaves it room
   */
  make(data: Float32Array | Float64Array, keeps: boolean): Float32Array | Float64Array {
    const base = keeps && data.byteLength < KEEPS_UP_TO ? SHELF_END : BASE;
    if (base === BASE) clearShelf(this.memory);
    const pages = Math.ceil((base + data.byteLength) / PAGE);
    const missing = pages - this.bytes / PAGE;
    try {
      if (missing > 0) this.memory.grow(missing);
    } catch {
      const limit = MAX_PAGES * PAGE;
      const message = `The data take ${data.byteLength} bytes; one training holds at most ${limit}.`;
      throw new EngineError('kmeans.too_large', message, { bytes: data.byteLength, limit });
    }
    const { buffer } = this.memory;
    return data.BYTES_PER_ELEMENT === 8
      ? new Float64Array(buffer, base, data.length)
      : new Float32Array(buffer, base, data.length);
  }

  /** Says how many of the values made room for are there. */
  fill(count: number): void {
    const filled = new Int32Array(this.memory.buffer, FILLED, 1);
    Atomics.store(filled, 0, count);
    Atomics.notify(filled, 0);
  }

  post(request: Request): void {
    this.leader.postMessage(request);
  }

  /** Keeps the process alive. */
  ref(): void {
    this.leader.ref();
  }

  /** Lets the process end. */
  unref(): void {
    for (const worker of this.workers) worker.unref();
  }

  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
