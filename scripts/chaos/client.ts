import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './process.ts';

const TRIES = 200;

/** The service as a patient program sees it: whoever does not answer is asked again, or another is. */
export class Client {
  readonly #apis: ServiceProcess[];
  #token = '';
  #next = 0;

  constructor(apis: ServiceProcess[]) {
    this.#apis = apis;
  }

  async signUp(username: string): Promise<void> {
    const body = { username, password: 'chaos is a ladder, not a pit' };
    this.#token = (await this.insist<{ accessToken: string }>('POST', '/auth/register', body)).accessToken;
  }

  /** One request; undefined when nobody can tell whether it was heard. */
  async once(method: string, path: string, body?: object): Promise<{ status: number; body: unknown } | undefined> {
    const { url } = this.#apis[this.#next++ % this.#apis.length];
    try {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return undefined;
    }
  }

  /** Asks until it is answered with success. */
  async insist<T>(method: string, path: string, body?: object): Promise<T> {
    let last: unknown;
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await this.once(method, path, body);
      if (answer && answer.status < 300) return answer.body as T;
      last = answer;
      await sleep(100);
    }
    throw new Error(`${method} ${path} is not answered: ${JSON.stringify(last)}`);
  }

  /** All items of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = cursor === '' ? '?limit=100' : `?limit=100&cursor=${cursor}`;
      const page: { items: T[]; nextCursor: string | null } = await this.insist('GET', path + query);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }
}
