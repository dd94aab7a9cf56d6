import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { workerEntry } from '../../common/worker-entry.js';
import { AppConfig } from '../../config/app-config.js';
import { PasswordsBusyError } from '../users.errors.js';
import { MAX_PASSWORD_BYTES } from './password.policy.js';
import type { PasswordTask } from './password.worker.js';

/** At a quarter of a second each, whoever came after these would wait for too long. */
const MAX_WAITING = 64;
const MAX_THREADS = 4;
const IDLE_MS = 10_000;

/** Hashes and checks passwords with bcrypt, away from the event loop, as many at a time as there are threads to spare. */
@Injectable()
export class PasswordService implements OnModuleDestroy {
  #pool: Piscina<PasswordTask, string | boolean> | undefined;

  constructor(private readonly config: AppConfig) {}

  /**
   * @returns the bcrypt hash with its own salt, at the configured cost
   * @throws PasswordsBusyError when too many wait already
   */
  async hash(password: string): Promise<string> {
    return (await this.run({ password, cost: this.config.passwordCost })) as string;
  }

  /**
   * Whether a password belongs to a hash. Without a hash (nobody has that name) the same work is done, and the answer
   * is no.
   *
   * @throws PasswordsBusyError when too many wait already
   */
  async matches(password: string, hash: string | undefined): Promise<boolean> {
    // Passwords that differ only beyond what bcrypt looks at must not pass for one another.
    const possible = hash !== undefined && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES;
    const equal = await this.run({ password, hash: hash ?? this.nobodysHash() });
    return possible && equal === true;
  }

  /** Whether a hash is cheaper than the configured cost, and is to be replaced when its password is at hand. */
  isOutdated(hash: string): boolean {
    return Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1]) < this.config.passwordCost;
  }

  async onModuleDestroy(): Promise<void> {
    await this.#pool?.destroy();
  }

  private async run(task: PasswordTask): Promise<string | boolean> {
    this.#pool ??= new Piscina<PasswordTask, string | boolean>({
      filename: workerEntry(import.meta.url, './password.worker.js').href,
      minThreads: 0,
      maxThreads: Math.min(MAX_THREADS, Math.max(1, availableParallelism() - 1)),
      idleTimeout: IDLE_MS,
    });
    if (this.#pool.queueSize >= MAX_WAITING) throw new PasswordsBusyError();
    return this.#pool.run(task);
  }

  /** A well-formed hash of the configured cost that belongs to no password. */
  private nobodysHash(): string {
    return `$2b$${String(this.config.passwordCost).padStart(2, '0')}$${'.'.repeat(53)}`;
  }
}
