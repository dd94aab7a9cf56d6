import { applyDecorators } from '@nestjs/common';
import { MaxLength, MinLength, registerDecorator } from 'class-validator';

/** Whether PostgreSQL can keep the text as it is: no NUL, no half of a surrogate pair. */
export function isStorableText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

/** A string of `min` to `max` characters that the database can keep as it is. */
export function IsText(min: number, max: number, options: { each?: boolean } = {}): PropertyDecorator {
  // The rule that is registered last is the one whose reason is told: see `validationPipe`.
  return applyDecorators(
    MaxLength(max, options),
    MinLength(min, options),
    (target: object, property: string | symbol) => {
      registerDecorator({
        name: 'isText',
        target: target.constructor,
        propertyName: String(property),
        options: { ...options, message: `must be text without NUL characters or broken surrogates.` },
        validator: { validate: isStorableText },
      });
    },
  );
}
