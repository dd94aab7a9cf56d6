import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { TooManyError } from '../users.errors.js';
import type { Limit, RateLimiter } from './rate-limiter.js';
import { RequestBudget } from './request-budget.js';

const LIMIT: Limit = { name: 'requests', most: 300, seconds: 60 };

/** The counter that all processes share, and its clock in milliseconds. */
class Counter {
  now = 0;
  questions = 0;
  #count = 0;
  #endsAt = 0;

  async add({ seconds }: Limit, some: number): Promise<{ count: number; seconds: number }> {
    this.questions++;
    await Promise.resolve();
    if (this.now >= this.#endsAt) {
      this.#count = 0;
      this.#endsAt = this.now + seconds * 1000;
    }
    this.#count += some;
    return { count: this.#count, seconds: (this.#endsAt - this.now) / 1000 };
  }
}

describe('RequestBudget', () => {
  let counter: Counter;
  beforeEach(() => {
    counter = new Counter();
    jest.spyOn(performance, 'now').mockImplementation(() => counter.now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const newBudget = () => new RequestBudget(counter as unknown as RateLimiter);
  const passed = async (takes: Promise<void>[]): Promise<number> =>
    (await Promise.allSettled(takes)).filter(({ status }) => status === 'fulfilled').length;

  it.each([1, 7, 20, 300, 5000])('lets exactly %i pass in a window, at once or one by one', async (most) => {
    const [atOnce, oneByOne] = [newBudget(), newBudget()];
    const limit = { ...LIMIT, most };
    expect(await passed(Array.from({ length: most + 50 }, () => atOnce.take(limit, 'ada')))).toBe(most);
    counter.now += 60_000;
    let all = 0;
    for (let i = 0; i < most + 50; i++) all += await passed([oneByOne.take(limit, 'bob')]);
    expect(all).toBe(most);
  });

  it('asks the counter seldom, and not at all once nothing is left', async () => {
    const budget = newBudget();
    for (let i = 0; i < 300; i++) await budget.take(LIMIT, 'ada');
    expect(counter.questions).toBeLessThan(60);
    const { questions } = counter;
    counter.now += 1500;
    const refusal = await budget.take(LIMIT, 'ada').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TooManyError);
    expect((refusal as TooManyError).retryAfterSeconds).toBe(59);
    expect(counter.questions).toBe(questions);
    counter.now += 58_500;
    await budget.take(LIMIT, 'ada');
  });

  it('never lets more pass than the limit, whatever the processes and the times, and loses little of it', async () => {
    const step = fc.record({
      process: fc.nat(3),
      requests: fc.integer({ min: 1, max: 60 }),
      wait: fc.constantFrom(0, 0, 10, 5000, 30_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        counter = new Counter();
        const processes = Array.from({ length: 4 }, newBudget);
        const windows = new Map<number, { passed: number; asked: number }>();
        let begin = 0;
        for (const { process, requests, wait } of steps) {
          counter.now += wait;
          if (windows.size === 0 || counter.now >= begin + 60_000) {
            begin = counter.now;
            windows.set(begin, { passed: 0, asked: 0 });
          }
          const window = windows.get(begin)!;
          window.asked += requests;
          window.passed += await passed(Array.from({ length: requests }, () => processes[process].take(LIMIT, 'ada')));
        }
        for (const window of windows.values()) {
          expect(window.passed).toBeLessThanOrEqual(300);
          // Each of the other processes may sit on a tenth.
          expect(window.passed).toBeGreaterThanOrEqual(Math.min(window.asked, 300 - 3 * 30));
        }
      }),
    );
  });
});
