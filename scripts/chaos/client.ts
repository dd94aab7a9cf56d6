import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 120_000;
const PASSWORD = 'chaos is a ladder, not a pit';

/** The service as a patient program sees it: what is not answered is asked again, with the same Idempotency-Key. */
export class Client {
  readonly #url: string;
  #token = '';
  /** How often something had to be asked again. */
  repeats = 0;
  /** Answers that blame nobody but the service. */
  readonly broken: string[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async signUp(username: string): Promise<void> {
    const body = { username, password: PASSWORD };
    // A name that is taken was taken by a call of ours whose answer was lost.
    try {
      const register = await this.#insist<{ accessToken: string }>('POST', '/auth/register', body, {}, [409]);
      this.#token = register.accessToken;
    } catch {
      await this.signIn(username);
    }
  }

  get<T>(path: string): Promise<T> {
    return this.#insist('GET', path);
  }

  /** Makes something, once, however often it has to be asked for. */
  make<T>(path: string, body: object): Promise<T> {
    return this.#insist('POST', path, body, { 'Idempotency-Key': randomUUID() });
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#insist('POST', path, body);
  }

  /** One request, whatever comes of it; undefined when nobody can tell. */
  once(method: string, path: string, body?: object): Promise<{ status: number; body: unknown } | undefined> {
    return this.#ask(method, path, body, {});
  }

  get token(): string {
    return this.#token;
  }

  async signIn(username: string): Promise<void> {
    const body = { username, password: PASSWORD };
    this.#token = (await this.#insist<{ accessToken: string }>('POST', '/auth/login', body)).accessToken;
  }

  /** All items of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = cursor === '' ? '?limit=100' : `?limit=100&cursor=${cursor}`;
      const page: { items: T[]; nextCursor: string | null } = await this.get(path + query);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async #insist<T>(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
    final: number[] = [],
  ): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    let last: unknown;
    do {
      const answer = await this.#ask(method, path, body, headers);
      if (answer && answer.status < 300) return answer.body as T;
      last = answer;
      if (answer?.status === 500) this.broken.push(`${method} ${path} is answered ${JSON.stringify(answer)}`);
      // What is refused for what it says will be refused again.
      const refused = answer && answer.status >= 400 && answer.status < 500 && ![409, 429].includes(answer.status);
      if (refused || (answer && final.includes(answer.status))) break;
      this.repeats++;
      await sleep(100);
    } while (performance.now() < deadline);
    throw new Error(`${method} ${path} is not answered: ${JSON.stringify(last)}`);
  }

  async #ask(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: unknown } | undefined> {
    try {
      const answer = await fetch(`${this.#url}/api/v1${path}`, {
        method,
        headers: {
          ...headers,
          ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await answer.text();
      const json = answer.headers.get('content-type')?.includes('json') ? (JSON.parse(text) as unknown) : undefined;
      return { status: answer.status, body: json };
    } catch {
      return undefined;
    }
  }
}
