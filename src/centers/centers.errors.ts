import { DomainError, type FieldError } from '../common/errors.js';

/** The chat has no centers that a prediction could use. */
export class NoCentersError extends DomainError {
  constructor() {
    super('conflict', 'chat.no_centers', 'This chat has no centers yet: start a run, or import some, first.');
  }
}

/** Centers that cannot be taken in as they are. */
export class InvalidCentersError extends DomainError {
  constructor(code: `centers.${string}`, detail: string, errors?: FieldError[]) {
    super('impossible', code, detail, errors);
  }
}

/** Rows that these centers cannot place. */
export class InvalidRowsError extends DomainError {
  constructor(code: `prediction.${string}`, detail: string, errors?: FieldError[]) {
    super('impossible', code, detail, errors);
  }
}
