import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { withLogScope } from '../common/logging.js';
import { Metrics } from '../common/metrics.js';

/** Nobody looks for these, and whoever watches over the service asks for them every few seconds. */
const QUIET = /^\/(health|metrics)(\/|$)/;

/**
 * Times every request, writes a line for it, and gives what is logged meanwhile its id. The line names the route and not
 * the address: what stands there instead of an id may be anything, also a secret.
 */
export function observeHttp(app: NestFastifyApplication): void {
  const { requestSeconds } = app.get(Metrics);
  const logger = new Logger('Http');
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, _reply, done) => {
    withLogScope({ requestId: request.id }, done);
  });
  // Reading a body loses what the first hook set.
  server.addHook('preValidation', (request, _reply, done) => {
    withLogScope({ requestId: request.id }, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    const status = String(reply.statusCode);
    requestSeconds.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (!QUIET.test(route)) {
      const { userId } = (request as { user?: { userId: string } }).user ?? {};
      const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
      logger.log(`${method} ${route} ${status}`, { requestId: request.id, milliseconds, ...(userId && { userId }) });
    }
    done();
  });
}
