import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { DomainError, type FieldError } from './errors.js';

/** How many wrong places one problem lists. */
const MAX_FIELDS = 20;

/** The request does not have the form that the contract asks for. */
export class InvalidRequestError extends DomainError {
  constructor(errors: FieldError[]) {
    const first = errors.at(0);
    super(
      'malformed',
      'request.invalid',
      first ? `${first.path}: ${first.message}` : 'The request is malformed.',
      errors,
    );
  }
}

/** The one pipe for bodies and queries: DTOs only, unknown fields refused by name, nothing coerced but by `@Type`. */
export function validationPipe(): ValidationPipe {
  return new RequestPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    // A body that is no object at all, or a class without rules, is not let through unchecked.
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new InvalidRequestError(flatten(errors).slice(0, MAX_FIELDS)),
  });
}

/** Most requests have no query string; what becomes of none is found out once for each kind of query. */
class RequestPipe extends ValidationPipe {
  private readonly mayBeEmpty = new WeakSet<Type>();

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    if (type !== 'query' || !metatype || Object.keys(value ?? {}).length > 0) return super.transform(value, metadata);
    if (this.mayBeEmpty.has(metatype)) return new metatype();
    const empty: unknown = await super.transform(value, metadata);
    this.mayBeEmpty.add(metatype);
    return empty;
  }
}

function flatten(errors: ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const path = parent ? `${parent}.${error.property}` : error.property;
    // One reason a field, of the rule that stands first: what is no string need not hear that it is too long. Rules are
    // registered from the last to the first.
    const [rule, message] = Object.entries(error.constraints ?? {}).at(-1) ?? [];
    const own = message
      ? [{ path, message: rule === 'whitelistValidation' ? 'is not a field of this request.' : sentence(message) }]
      : [];
    return [...own, ...flatten(error.children ?? [], path)];
  });
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}
