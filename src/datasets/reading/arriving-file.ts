import { setTimeout as wait } from 'node:timers/promises';
import type { Arrival } from '../readers/source.js';

const LOOK_AGAIN_MS = 10;

/** A file that another process is still writing. */
export class ArrivingFile implements Arrival {
  private readonly ended = new AbortController();

  get whole(): boolean {
    return this.ended.signal.aborted;
  }

  /** Says that all of it is there. */
  end(): void {
    this.ended.abort();
  }

  async more(): Promise<void> {
    await wait(LOOK_AGAIN_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
  }
}
