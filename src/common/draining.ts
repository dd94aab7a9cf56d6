import { Injectable } from '@nestjs/common';

/** Says to whoever has something in hand that this process is about to end. Begins before anything is taken down. */
@Injectable()
export class Draining {
  readonly #controller = new AbortController();

  /** Aborted once this process takes on nothing new. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(): void {
    this.#controller.abort();
  }
}
