import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/app-config.js';

const EVERY_MS = 60 * 60 * 1000;

/** Takes away what nobody can use any more. Every process does; what one has taken the others do not find. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.tidy().catch((error: unknown) => {
        new Logger('Housekeeping').warn(String(error));
      });
    }, EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Sessions and refresh tokens that have expired, windows that are over, records and answers older than they are to be kept. */
  async tidy(): Promise<void> {
    await this.dataSource.query('DELETE FROM sessions WHERE expires_at <= now()');
    await this.dataSource.query('DELETE FROM refresh_tokens WHERE expires_at <= now()');
    await this.dataSource.query('DELETE FROM rate_limits WHERE resets_at <= now()');
    await this.dataSource.query('DELETE FROM audit_events WHERE at < now() - make_interval(days => $1)', [
      this.config.auditDays,
    ]);
    await this.dataSource.query('DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)', [
      this.config.idempotencyHours,
    ]);
  }
}
