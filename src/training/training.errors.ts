import { DomainError, type FieldError } from '../common/errors.js';

/** The request is well-formed, but such a run cannot be. */
export class ImpossibleRunError extends DomainError {
  constructor(code: string, path: string, detail: string) {
    const errors: FieldError[] = [{ path, message: detail }];
    super('impossible', code, detail, errors);
  }
}

/** Labels and projection are there once a run has succeeded. */
export class RunNotSucceededError extends DomainError {
  constructor(status: string) {
    super('conflict', 'run.not_succeeded', `The run is ${status}; only a run that has succeeded has this.`);
  }
}

/** What was uploaded is gone, and with it the rows that labels would stand beside. */
export class RowsGoneError extends DomainError {
  constructor() {
    super(
      'conflict',
      'run.dataset_deleted',
      'The data set of this run has been deleted, so its rows cannot be given. The labels alone can: ask for JSON.',
    );
  }
}

/** As many runs of the user as there may be wait already. */
export class TooManyRunsError extends DomainError {
  constructor(live: number) {
    const detail = `${live} of your runs have not ended, and there may be no more. Wait for one, or cancel one.`;
    super('too-many', 'limit.runs', detail, undefined, 10);
  }
}
