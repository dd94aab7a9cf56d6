import { Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from './validation.js';

/** For requests that have nothing to say: `{}`, or no body at all. Fields are refused by name, as everywhere. */
@Injectable()
export class EmptyBodyPipe implements PipeTransform<unknown, undefined> {
  transform(body: unknown): undefined {
    if (body === undefined || body === null) return undefined;
    if (typeof body !== 'object' || Array.isArray(body)) {
      throw new InvalidRequestError([{ path: 'body', message: 'must be an empty object.' }]);
    }
    const fields = Object.keys(body).slice(0, 20);
    if (fields.length === 0) return undefined;
    throw new InvalidRequestError(fields.map((path) => ({ path, message: 'is not a field of this request.' })));
  }
}
