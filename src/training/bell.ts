/**
 * Wakes one waiter. Rung while nobody waits, it wakes the next who does at once; rung often, it wakes once: whoever is
 * woken looks at the present state and needs no list of what happened.
 */
export class Bell {
  #rung = false;
  #waiter: (() => void) | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#waiter?.();
  };

  /** Until it is rung, the time is up, or the signal is aborted. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => {
        resolve(undefined);
      };
      this.#waiter = wake;
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', this.ring, { once: true });
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', this.ring);
        this.#waiter = undefined;
      }
    }
    this.#rung = false;
  }
}
