import { isUUID, ValidateBy, type ValidationOptions } from 'class-validator';
import { SEEDINGS } from '../run.types.js';

/** Characters of the longest column name that a request may name. */
export const MAX_NAME = 1000;
/** Columns that a request may name. */
export const MAX_NAMES = 16_384;
/** More clusters than any machine could train is a mistyped number. */
export const MAX_K = 2 ** 24;

/** A number of clusters, or `{min, max}` and nothing else. */
export function IsClusterCount(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isClusterCount',
      validator: {
        validate: (value: unknown) =>
          isCount(value) || (hasExactly(value, ['min', 'max']) && isCount(value.min) && isCount(value.max)),
        defaultMessage: () => `must be a whole number from 1 to ${MAX_K}, or {min, max} of two such numbers`,
      },
    },
    options,
  );
}

/** `k-means++`, `random`, or `{centersId}` and nothing else. */
export function IsInit(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isInit',
      validator: {
        validate: (value: unknown) =>
          SEEDINGS.some((seeding) => seeding === value) ||
          (hasExactly(value, ['centersId']) && isUUID(value.centersId)),
        defaultMessage: () => `must be one of ${SEEDINGS.join(', ')}, or {centersId} with the id of centers`,
      },
    },
    options,
  );
}

/** Column names with finite numbers above 0. */
export function IsColumnWeights(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isColumnWeights',
      validator: {
        validate: (value: unknown) =>
          isRecord(value) &&
          Object.keys(value).length <= MAX_NAMES &&
          Object.entries(value).every(
            ([name, weight]) =>
              name.length <= MAX_NAME && typeof weight === 'number' && Number.isFinite(weight) && weight > 0,
          ),
        defaultMessage: () => 'must be an object of column names with numbers above 0',
      },
    },
    options,
  );
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_K;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasExactly<K extends string>(value: unknown, keys: K[]): value is Record<K, unknown> {
  return isRecord(value) && Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}
