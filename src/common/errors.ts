/** What kind of refusal an error is. Only the problem filter knows which HTTP status each becomes. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unsupported'
  | 'impossible'
  | 'too-many'
  | 'unavailable';

/** One place in the request that is wrong; `path` is dotted, such as `rows.3.1`. */
export interface FieldError {
  path: string;
  message: string;
}

/**
 * A refusal with a stable code. Features derive their own in `x.errors.ts`; everything else that is thrown is a fault
 * of the service and is answered as one.
 */
export class DomainError extends Error {
  /**
   * @param kind what kind of refusal
   * @param code a stable word for programs, such as `dataset.missing_values`
   * @param detail one or two sentences for people: what, where, and what to do about it
   * @param errors the places that are wrong, where there are several or they have a path
   * @param retryAfterSeconds when it may be tried again, for `too-many` and `unavailable`
   */
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    detail: string,
    readonly errors?: FieldError[],
    readonly retryAfterSeconds?: number,
  ) {
    super(detail);
    this.name = new.target.name;
  }
}

/** The one answer for what does not exist, belongs to somebody else, or has no valid id: nobody can tell them apart. */
export class NotFoundError extends DomainError {
  constructor() {
    super('not-found', 'not_found', 'There is nothing here, or it is not yours.');
  }
}
