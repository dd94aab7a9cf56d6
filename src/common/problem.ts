import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import type { DomainError, ErrorKind, FieldError } from './errors.js';

/** One wrong place in a request. */
export class ProblemField implements FieldError {
  /** Dotted path of the field, such as `rows.3.1`. */
  @ApiProperty()
  path!: string;
  @ApiProperty()
  message!: string;
}

/** An error as RFC 9457 `application/problem+json`. */
export class Problem {
  @ApiProperty({ example: 'about:blank' })
  type!: string;
  @ApiProperty({ example: 'Unprocessable Entity' })
  title!: string;
  @ApiProperty({ example: 422 })
  status!: number;
  @ApiProperty({ example: 'Column "age" has 3 missing values, the first in row 17.' })
  detail!: string;
  /** A stable word for programs. */
  @ApiProperty({ example: 'dataset.missing_values' })
  code!: string;
  @ApiPropertyOptional({ type: () => [ProblemField] })
  errors?: ProblemField[];
}

const STATUS: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unsupported: 415,
  impossible: 422,
  'too-many': 429,
  unavailable: 503,
};

/** The problem with a given status, titled with the standard phrase for it. */
export function problem(status: number, code: string, detail: string, errors?: FieldError[]): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail, code, ...(errors?.length ? { errors } : {}) };
}

/** A domain error as the problem that clients are shown, over HTTP or kept in a failed run. */
export function toProblem(error: DomainError): Problem {
  return problem(STATUS[error.kind], error.code, error.message, error.errors);
}
