import { DomainError, type ErrorKind } from '../common/errors.js';

/** Why a file or a set of rows is refused; travels from the reader process as plain data. */
export interface Refusal {
  kind: ErrorKind;
  code: string;
  detail: string;
}

/** A data set was refused while it was read: the detail says what, in which line or row and column. */
export class DatasetRefusedError extends DomainError {
  constructor({ kind, code, detail }: Refusal) {
    super(kind, code, detail);
  }
}

/** The content cannot be taken as data. */
export function unreadable(code: string, detail: string): DatasetRefusedError {
  return new DatasetRefusedError({ kind: 'impossible', code: `dataset.${code}`, detail });
}

/** A limit of the service is passed. */
export function tooLarge(code: string, detail: string): DatasetRefusedError {
  return new DatasetRefusedError({ kind: 'too-large', code: `dataset.${code}`, detail });
}

/** A run that is queued or running still reads the data set. */
export class DatasetInUseError extends DomainError {
  constructor() {
    super(
      'conflict',
      'dataset.in_use',
      'A run on this data set is queued or running. Wait for it, or cancel it first.',
    );
  }
}

/** A column that was asked for does not exist. */
export class UnknownColumnError extends DomainError {
  constructor(name: string, known: readonly string[]) {
    const some = known.slice(0, 20).map((column) => `"${column}"`);
    super(
      'impossible',
      'dataset.unknown_column',
      `There is no column "${name}". There are: ${some.join(', ')}${known.length > 20 ? ` and ${known.length - 20} more` : ''}.`,
    );
  }
}

/** The caller hung up; nobody sees this. */
export class CallerGoneError extends DomainError {
  constructor() {
    super('malformed', 'request.aborted', 'The request was ended before its answer.');
  }
}
