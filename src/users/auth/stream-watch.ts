import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ApiKeysRepository } from './api-keys.repository.js';
import type { Principal } from './principal.js';
import { SessionsRepository } from './sessions.repository.js';

const EVERY_MS = 2000;

/** Ends answers that go on for long, such as event streams, soon after the credential behind them has died. */
@Injectable()
export class StreamWatch implements OnModuleDestroy {
  private readonly open = new Map<() => void, Principal>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeysRepository,
  ) {}

  /**
   * @param end ends the answer
   * @returns to be called when the answer has ended by itself
   */
  watch(principal: Principal, end: () => void): () => void {
    this.open.set(end, principal);
    this.timer ??= setInterval(() => void this.check(), EVERY_MS).unref();
    return () => {
      this.open.delete(end);
      if (this.open.size === 0) this.onModuleDestroy();
    };
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Two queries for all streams of this process. */
  private async check(): Promise<void> {
    const principals = [...this.open.values()];
    try {
      const sessionIds = principals.flatMap(({ sessionId }) => sessionId ?? []);
      const keyIds = principals.flatMap(({ apiKeyId }) => apiKeyId ?? []);
      const alive = new Set([
        ...(sessionIds.length > 0 ? await this.sessions.alive(sessionIds) : []),
        ...(keyIds.length > 0 ? await this.keys.alive(keyIds) : []),
      ]);
      for (const [end, principal] of this.open) {
        // Those that came meanwhile are looked at next time.
        if (principals.includes(principal) && !alive.has(principal.sessionId ?? principal.apiKeyId ?? '')) end();
      }
    } catch (error) {
      // While the database is away nothing can be signed out either; the next look will tell.
      new Logger('StreamWatch').warn(`The credentials of open streams could not be checked: ${String(error)}`);
    }
  }
}
