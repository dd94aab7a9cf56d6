import { DomainError } from '../../common/errors.js';

/** The key stands for another call. */
export class KeyReusedError extends DomainError {
  constructor() {
    super('conflict', 'idempotency.key_reused', 'This Idempotency-Key was used for something else. Take a new one.');
  }
}

/** The first call with this key is not over. */
export class CallInFlightError extends DomainError {
  constructor() {
    const detail = 'The first call with this Idempotency-Key is still in flight. Ask again for its answer.';
    super('conflict', 'idempotency.in_flight', detail, undefined, 1);
  }
}
