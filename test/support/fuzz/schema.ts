import type { Random } from './random.js';

/** A schema of OpenAPI 3.0, as far as this service uses them. */
export interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  format?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

export type Resolve = (ref: string) => Schema;

/** What no one expects where it stands. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  2.5,
  1e308,
  -1e-320,
  2 ** 53,
  '',
  ' ',
  'NaN',
  '0',
  'null',
  '\0',
  '\ud800',
  'a\u0000b',
  '\u202e\u{1f600}',
  "'; DROP TABLE users; --",
  '../../etc/passwd',
  '${7*7}',
  'x'.repeat(5000),
  [],
  {},
  [[]],
  [null],
  { length: -1 },
  { constructor: 1 },
  '2026-02-30T25:61:61Z',
  '018f0000-0000-7000-8000-000000000000',
];

const LETTERS = 'abcdefgxyz0123456789_-';

/** JSON after a schema: what it asks for, or, every so often somewhere within, something else. */
export class Inventor {
  constructor(
    private readonly random: Random,
    private readonly resolve: Resolve,
    /** What is likely to be meant by a field of that name, such as an id that exists. */
    private readonly known: (field: string) => unknown,
  ) {}

  /** @param wild how probable it is that a value is not what the schema asks for */
  invent(schema: Schema, wild: number, field = '', depth = 0): unknown {
    const { random } = this;
    if (random.chance(wild)) return this.junk();
    if (schema.$ref) return this.invent(this.resolve(schema.$ref), wild, field, depth);
    const known = this.known(field);
    if (known !== undefined && random.chance(0.8)) return known;
    if (schema.nullable && random.chance(0.1)) return null;
    if (schema.enum) return random.pick(schema.enum);
    const choice = schema.oneOf ?? schema.anyOf;
    if (choice) return this.invent(random.pick(choice), wild, field, depth);
    if (schema.allOf) {
      const parts = schema.allOf.map((part) => this.invent(part, 0, field, depth));
      return parts.every((part) => typeof part === 'object') ? Object.assign({}, ...parts) : parts[0];
    }
    if (schema.properties || schema.type === 'object') return this.inventObject(schema, wild, depth);
    if (schema.type === 'array') return this.inventArray(schema, wild, field, depth);
    return this.inventScalar(schema);
  }

  junk(): unknown {
    const value = this.random.pick(JUNK);
    return this.random.chance(0.1) ? Array.from({ length: this.random.integer(1, 30) }, () => value) : value;
  }

  private inventObject(schema: Schema, wild: number, depth: number): Record<string, unknown> {
    const { random } = this;
    const made: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const required = schema.required?.includes(name) ?? false;
      if (required ? random.chance(wild / 2) : random.chance(depth > 3 ? 0.9 : 0.5)) continue;
      made[name] = this.invent(property, wild, name, depth + 1);
    }
    const { additionalProperties: more } = schema;
    if (more && random.chance(0.7))
      made[random.pick(['a', 'b', 'x', '__proto__x'])] = this.invent(more === true ? {} : more, wild, '', depth + 1);
    if (random.chance(wild / 2)) made[random.pick(['extra', 'userId', 'constructor', 'isAdmin'])] = this.junk();
    return made;
  }

  private inventArray(
    { items = {}, minItems = 0, maxItems = 6 }: Schema,
    wild: number,
    field: string,
    depth: number,
  ): unknown[] {
    const length = this.random.integer(Math.min(minItems, 6), Math.max(minItems, Math.min(maxItems, 6)));
    return Array.from({ length }, () => this.invent(items, wild / 3, depth > 0 ? field : '', depth + 1));
  }

  private inventScalar({ type, format, minimum, maximum, minLength = 0, maxLength = 60 }: Schema): unknown {
    const { random } = this;
    if (type === 'boolean') return random.chance(0.5);
    if (type === 'integer') return random.integer(minimum ?? -5, Math.min(maximum ?? 50, (minimum ?? 0) + 50));
    if (type === 'number') return random.pick([0, 1, -1.5, 2.25, 1e6, minimum ?? 3, maximum ?? 4]);
    if (type !== 'string') return random.pick([1, 'x', null, true]);
    if (format === 'date-time') return new Date(Date.UTC(random.integer(2020, 2040), 0, 1)).toISOString();
    const length = random.integer(Math.max(minLength, 1), Math.max(minLength, Math.min(maxLength, 30)));
    return Array.from({ length }, () => LETTERS.charAt(random.integer(0, LETTERS.length - 1))).join('');
  }
}

/** The schema as Ajv wants it: what may be null says so as JSON Schema does, and objects hold what they say and no more. */
export function toJsonSchema(schema: Schema): object {
  const { nullable, $ref, ...rest } = schema;
  if ($ref) return { $ref: $ref.replace('#/components/schemas/', 'api#/definitions/') };
  const own: Record<string, unknown> = { ...rest };
  // In OpenAPI 3.0 a word beside the bound; in JSON Schema the bound itself.
  if (schema.exclusiveMinimum) {
    own.exclusiveMinimum = schema.minimum;
    delete own.minimum;
  }
  if (schema.properties) {
    own.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, each]) => [name, toJsonSchema(each)]),
    );
    own.additionalProperties ??= false;
  }
  if (schema.items) own.items = toJsonSchema(schema.items);
  if (typeof schema.additionalProperties === 'object')
    own.additionalProperties = toJsonSchema(schema.additionalProperties);
  for (const key of ['oneOf', 'anyOf', 'allOf'] as const) {
    const parts = schema[key];
    if (parts) own[key] = parts.map(toJsonSchema);
  }
  return nullable ? { anyOf: [{ type: 'null' }, own] } : own;
}
