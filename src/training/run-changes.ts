import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Client, Notification } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';

const CHANNEL = 'run_changed';
const RECONNECT_MS = 1000;

/**
 * Hears, from every process on the database, that a run has changed. The notifications carry ids alone; whoever is woken
 * reads the run. After a lost connection everybody is woken once, since something may have been missed.
 */
@Injectable()
export class RunChanges implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RunChanges.name);
  private readonly watchers = new Map<string, Set<() => void>>();
  private session: QueryRunner | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly dataSource: DataSource) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listen();
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reconnect);
    await this.drop();
  }

  /**
   * Calls `wake` whenever the run has changed, been deleted, or may have been while nobody could tell.
   *
   * @returns ends it
   */
  watch(runId: string, wake: () => void): () => void {
    const watchers = this.watchers.get(runId) ?? new Set();
    this.watchers.set(runId, watchers.add(wake));
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.watchers.get(runId) === watchers) this.watchers.delete(runId);
    };
  }

  private async listen(): Promise<void> {
    const session = this.dataSource.createQueryRunner();
    this.session = session;
    try {
      const client = (await session.connect()) as Client;
      client.on('notification', ({ payload }: Notification) => {
        for (const wake of this.watchers.get(payload ?? '') ?? []) wake();
      });
      const lost = (error?: Error): void => {
        if (this.session === session && !this.closed) this.listenAgain(error);
      };
      client.on('error', lost);
      client.on('end', lost);
      await session.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      this.listenAgain(error);
      return;
    }
    for (const watchers of this.watchers.values()) for (const wake of watchers) wake();
  }

  private listenAgain(reason: unknown): void {
    this.logger.warn(
      `Cannot hear about changes of runs, trying again: ${reason instanceof Error ? reason.message : 'connection ended'}`,
    );
    void this.drop();
    this.reconnect = setTimeout(() => void this.listen(), RECONNECT_MS);
  }

  private async drop(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    try {
      // The connection goes back to the pool: it must not go on listening for whoever gets it next.
      if (session && this.closed) await session.query(`UNLISTEN ${CHANNEL}`);
    } catch {
      // Gone already, and its subscription with it.
    }
    await session?.release();
  }
}
