import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { problemAnswer } from './common/api-problems.decorator.js';
import { Problem } from './common/problem.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The prefix of the API's paths, and the paths outside of it. */
export function setPrefix(app: NestFastifyApplication): void {
  app.setGlobalPrefix('api/v1', { exclude: ['health/live', 'health/ready', 'metrics'] });
}

/** The contract as OpenAPI 3, from the code; the application need not be configured or started. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  setPrefix(app);
  const description = new DocumentBuilder()
    .setTitle('Centroid')
    .setDescription(
      'Which rows belong together? Upload a table to a chat, start a run, keep its centers, and ask them about new rows.\n\n' +
        'Begin with `POST /api/v1/auth/register`, copy `accessToken` from its answer, and press **Authorize**.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The service that this was read from')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, description, { extraModels: [Problem] });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(operation, path, method);
    }
  }
  return document;
}

/** Adds what holds for all operations alike, so that none can forget it. */
function complete(operation: Operation, path: string, method: (typeof METHODS)[number]): void {
  // No credential is asked for, and that is said.
  operation.security ??= [];
  const closed = operation.security.length > 0;
  const always = [
    // Bodies are read, and may be refused, whether they are asked for or not.
    ...(method === 'get' ? [] : [400, 413, 415]),
    ...(operation.parameters?.some((parameter) => 'in' in parameter && parameter.in === 'query') ? [400] : []),
    ...(path.includes('{') ? [404] : []),
    ...(closed ? [401, 403, 429] : []),
    ...(path.startsWith('/api/') ? [431, 503] : []),
  ];
  for (const status of always) operation.responses[status] ??= problemAnswer(status);
}
