import { LRUCache } from 'lru-cache';

/** What another process changes is noticed within a second; the rest is for the look-up itself. */
const FRESH_MS = 900;
const MOST = 10_000;

/**
 * What was looked up a moment ago, for answers that every request needs and that change seldom. Whoever changes one in
 * this process calls {@link forget}, and it is seen at once; changes of other processes are seen within a second.
 */
export class BriefMemory<T extends object> {
  readonly #known = new LRUCache<string, T>({ max: MOST, ttl: FRESH_MS, ttlResolution: 0 });
  readonly #asked = new Map<string, Promise<T>>();
  #generation = 0;

  /**
   * What is known under a key, or is found out now; those who ask at once are told the same.
   *
   * @param find looks it up, or throws: what does not exist is not remembered
   * @param endsAt when what was found ceases to be true by itself, in milliseconds since 1970
   */
  async recall(key: string, find: () => Promise<T>, endsAt: (found: T) => number = () => Infinity): Promise<T> {
    return this.#known.get(key) ?? this.#asked.get(key) ?? this.#find(key, find, endsAt);
  }

  /** Starts anew: a look-up that is under way, too, is of the past. */
  forget(): void {
    this.#generation++;
    this.#known.clear();
    this.#asked.clear();
  }

  async #find(key: string, find: () => Promise<T>, endsAt: (found: T) => number): Promise<T> {
    const generation = this.#generation;
    const start = performance.now();
    const asked = find();
    this.#asked.set(key, asked);
    try {
      const found = await asked;
      const ttl = Math.min(FRESH_MS, endsAt(found) - Date.now());
      if (generation === this.#generation && ttl > 0) this.#known.set(key, found, { start, ttl });
      return found;
    } finally {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    }
  }
}
