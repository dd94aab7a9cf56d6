import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { Repository } from 'typeorm';
import { TooManyError } from '../users.errors.js';
import { RateLimit } from './rate-limit.entity.js';

/** So many within so long, for each subject. */
export interface Limit {
  /** What is counted. */
  name: string;
  most: number;
  seconds: number;
}

/**
 * Counts in the database, so that all replicas count together, and before the work, so that what comes at once is
 * counted at once. A window begins with the first of its events.
 */
@Injectable()
export class RateLimiter {
  constructor(@InjectRepository(RateLimit) private readonly limits: Repository<RateLimit>) {}

  /**
   * Counts one more.
   *
   * @param subject for whom it is counted, in as many parts as make it one
   * @throws TooManyError when it is one too many
   */
  async take(limit: Limit, ...subject: string[]): Promise<void> {
    const { count, seconds } = await this.add(limit, 1, ...subject);
    if (count > limit.most) throw new TooManyError(limit, Math.max(1, Math.ceil(seconds)));
  }

  /**
   * Counts some more, also beyond the limit.
   *
   * @returns how many that makes in this window, and the seconds until its end
   */
  async add(limit: Limit, some: number, ...subject: string[]): Promise<{ count: number; seconds: number }> {
    const [now] = await this.limits.query<[{ count: number; seconds: number }]>(
      `INSERT INTO rate_limits AS r (subject, count, resets_at)
       VALUES ($1, $3, now() + make_interval(secs => $2))
       ON CONFLICT (subject) DO UPDATE SET
         count = CASE WHEN r.resets_at <= now() THEN excluded.count ELSE r.count + excluded.count END,
         resets_at = CASE WHEN r.resets_at <= now() THEN excluded.resets_at ELSE r.resets_at END
       RETURNING count, extract(epoch FROM resets_at - now())::float8 AS seconds`,
      [digest(limit, subject), limit.seconds, some],
    );
    return now;
  }

  /** Takes one back that need not have been counted. */
  async giveBack(limit: Limit, ...subject: string[]): Promise<void> {
    await this.limits.decrement({ subject: digest(limit, subject) }, 'count', 1);
  }

  /** Starts anew. */
  async forget(limit: Limit, ...subject: string[]): Promise<void> {
    await this.limits.delete({ subject: digest(limit, subject) });
  }
}

function digest({ name }: Limit, subject: string[]): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([name, ...subject]))
    .digest();
}
