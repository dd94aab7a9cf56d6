import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { START } from '../start-command.ts';

const START_MS = 120_000;

export type Role = 'api' | 'worker' | 'all';

/** One process of the service, which may be killed and started again, each time on the same port. */
export class ServiceProcess {
  url = '';
  kills = 0;
  readonly role: Role;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #comingBack: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(role: Role, env: NodeJS.ProcessEnv) {
    this.role = role;
    const { PATH, HOME } = process.env;
    this.#env = { PATH, HOME, ...env, ROLE: role };
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, START, {
      env: this.#env,
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        // What it says later is not kept, but has to be read.
        if (said.length < 10_000) said += text;
        if (said.includes('Stop it with Ctrl+C')) resolve(undefined);
      });
    }
    const early = (): void => {
      reject(new Error(`A ${this.role} did not start: ${said}`));
    };
    child.once('exit', early);
    const timer = setTimeout(early, START_MS);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      child.off('exit', early);
    }
    this.url = /Address\s+(\S+)/.exec(said)?.[1] ?? '';
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Has it ended by that signal. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /**
   * Nothing of it is asked, and it comes back; started again until it does, for the database may be away. Whoever has
   * not come back from an earlier time is waited for first.
   *
   * @returns once it is dead; `back` resolves once it is back
   */
  async killAndRestart(): Promise<{ back: Promise<void> }> {
    await this.#comingBack;
    await this.signal('SIGKILL');
    this.kills++;
    this.#comingBack = this.#restart();
    return { back: this.#comingBack };
  }

  /** For good. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.signal('SIGKILL');
    await this.#comingBack.catch(() => undefined);
    await this.signal('SIGKILL');
  }

  async #restart(): Promise<void> {
    for (let tries = 0; !this.#ended; tries++) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (tries === 9) throw error;
        await sleep(500);
      }
    }
  }
}
