import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from '../common/errors.js';

/** Long enough for a busy database, short enough for whoever asks every few seconds. */
const ANSWER_MS = 3000;

class NotReadyError extends DomainError {
  constructor() {
    super('unavailable', 'service.not_ready', 'The database does not answer.', undefined, 5);
  }
}

/** Whether this process can do its work. */
@Injectable()
export class HealthService {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws NotReadyError unless the database, on which the queue is, answers within three seconds */
  async requireReady(): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new NotReadyError());
    }, ANSWER_MS);
    try {
      // The queue's own schema, so that a database without it is not called ready.
      await Promise.race([this.dataSource.query('SELECT version FROM pgboss.version'), late]);
    } catch {
      throw new NotReadyError();
    } finally {
      clearTimeout(timer);
    }
  }
}
