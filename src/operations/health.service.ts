import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Draining } from '../common/draining.js';
import { DomainError } from '../common/errors.js';

/** Long enough for a busy database, short enough for whoever asks every few seconds. */
const ANSWER_MS = 3000;
const AWAY = 'The database does not answer.';

class NotReadyError extends DomainError {
  constructor(detail: string) {
    super('unavailable', 'service.not_ready', detail, undefined, 5);
  }
}

/** Whether this process can do its work. */
@Injectable()
export class HealthService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly draining: Draining,
  ) {}

  /**
   * @throws NotReadyError when this process is about to end, or the database, on which the queue is, does not answer
   * within three seconds. While it migrates it does not even listen.
   */
  async requireReady(): Promise<void> {
    if (this.draining.signal.aborted) throw new NotReadyError('This process is about to end.');
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new NotReadyError(AWAY));
    }, ANSWER_MS);
    try {
      // The queue's own schema, so that a database without it is not called ready; nor is one that takes nothing.
      const sql = `SELECT version FROM pgboss.version WHERE current_setting('transaction_read_only') = 'off'`;
      const rows = await Promise.race([this.dataSource.query<unknown[]>(sql), late]);
      if (rows.length === 0) throw new Error('It can only be read.');
    } catch {
      throw new NotReadyError(AWAY);
    } finally {
      clearTimeout(timer);
    }
  }
}
