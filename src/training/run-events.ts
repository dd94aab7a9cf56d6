import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Draining } from '../common/draining.js';
import { Bell } from './bell.js';
import { RunChanges } from './run-changes.js';
import type { Run } from './run.entity.js';
import { LIVE_STATUSES } from './run.types.js';
import { RunsRepository } from './runs.repository.js';

/** Without news the state is sent again after so long: proxies keep the line open, and a lost notification is healed. */
const QUIET_MS = 15_000;

/** `progress` while a run is queued or running, else how it ended; always with the whole run. */
export interface RunEvent {
  type: 'progress' | 'succeeded' | 'failed' | 'cancelled';
  run: Run;
}

/** The stream of a run's states, whichever process works on it. */
@Injectable()
export class RunEvents implements OnModuleDestroy {
  private readonly closing = new AbortController();
  private readonly reads = new Map<string, Promise<Run | null>>();

  constructor(
    private readonly repository: RunsRepository,
    private readonly changes: RunChanges,
    private readonly draining: Draining,
  ) {}

  /** An open stream would hold up the shutdown; clients connect again and are told the present state first. */
  onModuleDestroy(): void {
    this.closing.abort();
  }

  /**
   * The present state first, then each change, and with the run's end the stream ends. A reader that is slow misses
   * states in between, never the last one.
   *
   * @param signal ends it from the reader's side
   */
  async *of(userId: string, runId: string, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    const ended = AbortSignal.any([signal, this.closing.signal, this.draining.signal]);
    const bell = new Bell();
    const unwatch = this.changes.watch(runId, bell.ring);
    try {
      while (!ended.aborted) {
        const run = await this.read(userId, runId);
        if (!run) return;
        const live = LIVE_STATUSES.includes(run.status);
        yield { type: live ? 'progress' : (run.status as RunEvent['type']), run };
        if (!live) return;
        await bell.wait(QUIET_MS, ended);
      }
    } finally {
      unwatch();
    }
  }

  /** One query for all subscribers that were woken together. */
  private read(userId: string, runId: string): Promise<Run | null> {
    const key = `${userId} ${runId}`;
    const known = this.reads.get(key);
    if (known) return known;
    const { promise, resolve } = Promise.withResolvers<Run | null>();
    this.reads.set(key, promise);
    setImmediate(() => {
      // From here on a change may be missed by this query: whoever is woken later asks anew.
      this.reads.delete(key);
      resolve(this.repository.find(userId, runId));
    });
    return promise;
  }
}
