import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TooManyError } from '../users.errors.js';
import { type Limit, RateLimiter } from './rate-limiter.js';

/** The part of what is left of a limit that a process takes at a time: what it does not use is lost to the others. */
const SHARE = 0.1;
const MOST_AT_ONCE = 100;
/** Users whose leases are kept; whose is not begins a new one. */
const MOST_USERS = 10_000;

/** Requests of a user that were counted in advance and may still be made. */
interface Lease {
  left: number;
  /** Whether there are no more to be had in this window. */
  spent: boolean;
  /** When the window is over, as `performance.now()` tells the time. */
  endsAt: number;
  /** How many to take next. */
  next: number;
}

/**
 * Counts what is done often. Takes some at a time from the counter in the database, before they are used: all processes
 * together never let more pass than the limit, and the counter is asked for one in ten or so.
 */
@Injectable()
export class RequestBudget {
  readonly #leases = new LRUCache<string, Lease>({ max: MOST_USERS });
  readonly #asked = new Map<string, Promise<Lease>>();

  constructor(private readonly limiter: RateLimiter) {}

  /** Counts one more. @throws TooManyError when it is one too many */
  async take(limit: Limit, userId: string): Promise<void> {
    let lease = this.#leases.get(userId);
    while (!lease || lease.left === 0 || performance.now() >= lease.endsAt) {
      const now = performance.now();
      if (lease?.spent && now < lease.endsAt) {
        throw new TooManyError(limit, Math.max(1, Math.ceil((lease.endsAt - now) / 1000)));
      }
      lease = await this.#ask(limit, userId, lease);
    }
    lease.left--;
  }

  /** Starts anew. */
  forget(userId: string): void {
    this.#leases.delete(userId);
    this.#asked.delete(userId);
  }

  /** Requests that come at once wait for one lease and share it. */
  #ask(limit: Limit, userId: string, last: Lease | undefined): Promise<Lease> {
    const asked = this.#asked.get(userId);
    if (asked) return asked;
    const renewed = this.#renew(limit, userId, last?.next ?? share(limit.most)).finally(() => {
      if (this.#asked.get(userId) === renewed) this.#asked.delete(userId);
    });
    this.#asked.set(userId, renewed);
    return renewed;
  }

  async #renew(limit: Limit, userId: string, wanted: number): Promise<Lease> {
    const before = performance.now();
    const { count, seconds } = await this.limiter.add(limit, wanted, userId);
    const left = Math.max(0, Math.min(wanted, limit.most - (count - wanted)));
    // Dated from before the question: a lease must not outlive its window.
    const lease: Lease = {
      left,
      spent: left < wanted || count >= limit.most,
      endsAt: before + seconds * 1000,
      next: share(limit.most - count),
    };
    this.#leases.set(userId, lease);
    return lease;
  }
}

function share(left: number): number {
  return Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(left * SHARE)));
}
