import { Ajv, type ValidateFunction } from 'ajv';
import { type Schema, toJsonSchema } from './schema.js';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: Schema;
}

export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  /** By media type. */
  bodies: Record<string, Schema>;
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
  closed: boolean;
}

interface Description {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}

interface RawOperation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Operation['responses'];
  security?: unknown[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What `openapi.json` promises. */
export class Contract {
  readonly operations: Operation[];
  readonly #description: Description;
  readonly #ajv = new Ajv({
    strict: false,
    formats: {
      uuid: UUID,
      'date-time': (text: string) => !Number.isNaN(Date.parse(text)) && text.endsWith('Z'),
      binary: true,
    },
  });
  readonly #checks = new Map<Schema, ValidateFunction>();

  constructor(description: unknown) {
    this.#description = description as Description;
    const { paths, components } = this.#description;
    const definitions = Object.entries(components.schemas).map(([name, schema]) => [name, toJsonSchema(schema)]);
    this.#ajv.addSchema({ $id: 'api', definitions: Object.fromEntries(definitions) as object });
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody, responses, security }]) => ({
        method: method.toUpperCase(),
        path,
        parameters,
        bodies: Object.fromEntries(
          Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
        ),
        responses,
        closed: (security?.length ?? 0) > 0,
      })),
    );
  }

  resolve(ref: string): Schema {
    return this.#description.components.schemas[ref.replace('#/components/schemas/', '')];
  }

  /** What is not as promised about an answer; undefined where all is. */
  complaint(operation: Operation, status: number, type: string | null, text: string): string | undefined {
    if (status >= 500 && status !== 503) return 'a fault of the service';
    if (!(status in operation.responses)) return 'its status is not described';
    const { content } = operation.responses[status];
    if (!content) return text === '' ? undefined : 'it has a body, and none is described';
    const media = type?.split(';')[0].trim() ?? '';
    if (!(media in content)) return `its type ${media} is not described`;
    const { schema } = content[media];
    if (!media.endsWith('json') || media === 'application/x-ndjson' || !schema || schema.format === 'binary')
      return undefined;
    let check = this.#checks.get(schema);
    if (!check) this.#checks.set(schema, (check = this.#ajv.compile(toJsonSchema(schema))));
    if (check(JSON.parse(text))) return undefined;
    return `its body is not as described: ${this.#ajv.errorsText(check.errors).slice(0, 300)}`;
  }
}
