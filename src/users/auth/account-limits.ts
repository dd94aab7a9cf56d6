import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { networkOf } from './network.js';
import { type Limit, RateLimiter } from './rate-limiter.js';
import { RequestBudget } from './request-budget.js';

const QUARTER_HOUR = 15 * 60;
const HOUR = 60 * 60;
const MINUTE = 60;

/** The limits on what can be done to accounts, and by them. */
@Injectable()
export class AccountLimits {
  readonly #failuresHere: Limit;
  readonly #failures: Limit;
  readonly #registrations: Limit;
  readonly #requests: Limit;

  constructor(
    config: AppConfig,
    private readonly limiter: RateLimiter,
    private readonly budget: RequestBudget,
  ) {
    this.#failuresHere = { name: 'login_failures', most: config.loginFailures, seconds: QUARTER_HOUR };
    this.#failures = { name: 'account_failures', most: config.accountFailures, seconds: QUARTER_HOUR };
    this.#registrations = { name: 'registrations', most: config.registrationsPerHour, seconds: HOUR };
    this.#requests = { name: 'requests', most: config.requestsPerMinute, seconds: MINUTE };
  }

  /**
   * Checks a password, as often as a guesser may: first for an account from one address, so that a single address
   * cannot lock an account, then for the account from everywhere. What succeeds is not counted.
   *
   * @param username whether it exists or not
   * @returns what the check returns, undefined where the password is wrong
   * @throws TooManyError
   */
  async guardPassword<T>(
    username: string,
    address: string,
    check: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const account = username.toLowerCase();
    const here = [account, networkOf(address)];
    await this.limiter.take(this.#failuresHere, ...here);
    await this.limiter.take(this.#failures, account);
    let right: T | undefined;
    try {
      right = await check();
    } catch (error) {
      // Not even tried, such as when too many wait.
      await Promise.all([
        this.limiter.giveBack(this.#failuresHere, ...here),
        this.limiter.giveBack(this.#failures, account),
      ]);
      throw error;
    }
    if (right !== undefined) {
      await Promise.all([
        this.limiter.forget(this.#failuresHere, ...here),
        this.limiter.giveBack(this.#failures, account),
      ]);
    }
    return right;
  }

  /** @throws TooManyError */
  registration(address: string): Promise<void> {
    return this.limiter.take(this.#registrations, networkOf(address));
  }

  /** Counts a request of a user, by token or by key. @throws TooManyError */
  request(userId: string): Promise<void> {
    return this.budget.take(this.#requests, userId);
  }

  /** Lets an account be signed in to again that too many guesses have locked. */
  forgetFailures(username: string): Promise<void> {
    return this.limiter.forget(this.#failures, username.toLowerCase());
  }

  /** Keeps nothing of a user who is gone. */
  forgetUser(userId: string): Promise<void> {
    this.budget.forget(userId);
    return this.limiter.forget(this.#requests, userId);
  }
}
