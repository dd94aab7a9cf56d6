import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, Repository } from 'typeorm';
import { newId } from '../../common/ids.js';
import { AppConfig } from '../../config/app-config.js';
import { IdempotencyKey } from './idempotency-key.entity.js';
import { CallInFlightError, KeyReusedError } from './idempotency.errors.js';

/** A call whose process died stands in the way of its repetition for so long at most. */
const LEASE_SECONDS = 15;
const RENEW_MS = 5000;

/** A call that is carried out once. Without a key every call is the first. */
export interface Once<Answer> {
  /**
   * Says what the call is about, as plain JSON.
   *
   * @returns the answer, where there is one: nothing is to be done then
   * @throws KeyReusedError when the key stands for something else
   */
  recall: (content: unknown) => Answer | undefined;
  /** Whether a call with this key was answered before. */
  repeated: boolean;
  /**
   * Keeps the answer, within the transaction that makes what it speaks of: both are there, or neither.
   *
   * @throws CallInFlightError when a repetition has taken over
   */
  keep: (manager: EntityManager, answer: Answer) => Promise<void>;
}

/** Remembers what was answered to a key, so that a program may repeat what it cannot know to have been heard. */
@Injectable()
export class IdempotencyService implements OnModuleDestroy {
  private readonly logger = new Logger(IdempotencyService.name);
  private readonly inFlight = new Set<string>();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    @InjectRepository(IdempotencyKey) private readonly keys: Repository<IdempotencyKey>,
    private readonly config: AppConfig,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.renewal);
  }

  /**
   * @param route method and path: the same key elsewhere is another call
   * @param work does the call, or recalls its answer
   * @throws CallInFlightError while another call with the key is
   */
  async once<Answer extends object>(
    userId: string,
    key: string | undefined,
    route: string,
    work: (once: Once<Answer>) => Promise<Answer>,
  ): Promise<Answer> {
    if (key === undefined) return work({ recall: () => undefined, repeated: false, keep: () => Promise.resolve() });
    const claim = newId();
    const known = await this.claim(userId, key, route, claim);
    if (known) {
      return work({
        repeated: true,
        recall: (content) => {
          if (known.route !== route || !known.content?.equals(digest(content))) throw new KeyReusedError();
          return known.answer as Answer;
        },
        keep: () => Promise.reject(new CallInFlightError()),
      });
    }
    let about: Buffer | null = null;
    this.hold(claim);
    try {
      return await work({
        repeated: false,
        recall: (content) => {
          about = digest(content);
          return undefined;
        },
        keep: async (manager, answer) => {
          const mine = { userId, key, claim, answer: IsNull() };
          const { affected } = await manager.update(IdempotencyKey, mine, {
            answer,
            content: about,
            leasedUntil: null,
          });
          if (affected !== 1) throw new CallInFlightError();
        },
      });
    } catch (error) {
      // Whatever was refused may be tried again. What was answered after all, unheard, stays.
      await this.keys.delete({ userId, key, claim, answer: IsNull() }).catch(() => undefined);
      throw error;
    } finally {
      this.inFlight.delete(claim);
    }
  }

  /** The call that was answered, or undefined where the key is now this call's. */
  private async claim(userId: string, key: string, route: string, claim: string): Promise<IdempotencyKey | undefined> {
    const taken = await this.keys.query<unknown[]>(
      `INSERT INTO idempotency_keys AS k (user_id, key, route, claim, leased_until, created_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), now())
       ON CONFLICT (user_id, key) DO UPDATE SET route = excluded.route, claim = excluded.claim, content = NULL,
         answer = NULL, leased_until = excluded.leased_until, created_at = excluded.created_at
       WHERE k.leased_until < now() OR k.created_at < now() - make_interval(hours => $6)
       RETURNING claim`,
      [userId, key, route, claim, LEASE_SECONDS, this.config.idempotencyHours],
    );
    if (taken.length > 0) return undefined;
    const known = await this.keys.findOneBy({ userId, key });
    if (!known?.answer) throw new CallInFlightError();
    return known;
  }

  /** The call is in flight for as long as this process lives and is at it. */
  private hold(claim: string): void {
    this.inFlight.add(claim);
    this.renewal ??= setInterval(() => {
      if (this.inFlight.size === 0) return;
      this.keys
        .update(
          { claim: In([...this.inFlight]), answer: IsNull() },
          { leasedUntil: () => `now() + interval '${LEASE_SECONDS} s'` },
        )
        .catch((error: unknown) => {
          this.logger.warn(`Calls in flight could not be kept: ${String(error)}`);
        });
    }, RENEW_MS).unref();
  }
}

/** Of JSON in which the order of an object's fields does not matter. */
function digest(content: unknown): Buffer {
  const sorted = JSON.stringify(content, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest();
}
