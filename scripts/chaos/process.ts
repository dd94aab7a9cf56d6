import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ENTRY = join(import.meta.dirname, '../../dist/src/main.js');
const START_MS = 120_000;

/** One process of the service, which may be killed and started again, each time on the same port. */
export class ServiceProcess {
  url = '';
  restarts = 0;
  readonly role: 'api' | 'worker';
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  constructor(role: 'api' | 'worker', env: NodeJS.ProcessEnv) {
    this.role = role;
    const { PATH, HOME } = process.env;
    this.#env = { PATH, HOME, ...env, ROLE: role };
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [ENTRY], {
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
    await promise;
    clearTimeout(timer);
    child.off('exit', early);
    this.url = /Address\s+(\S+)/.exec(said)?.[1] ?? '';
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Nothing of it is asked, and it comes back; started again until it does, for the database may be away. */
  async killAndRestart(): Promise<void> {
    await this.signal('SIGKILL');
    this.restarts++;
    for (let tries = 0; ; tries++) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
  }
}
