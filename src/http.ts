import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { DomainError } from './common/errors.js';
import { newId } from './common/ids.js';
import type { AppConfig } from './config/app-config.js';
import { problem } from './common/problem.js';
import { describeApi, setPrefix } from './describe-api.js';
import { observeHttp } from './operations/observe-http.js';
import { servePage } from './page.js';
import { HSTS_SECONDS, refuseUnreadable } from './unreadable.js';

/** Swagger UI brings a style element and embedded pictures; the policy of everything else stays without them. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Fastify with the limits of the settings. */
export function httpAdapter(config: AppConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.jsonLimitBytes,
    // A client can write anything into X-Forwarded-For; only a proxy of ours is believed.
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    genReqId: () => newId(),
    // A path segment is an id or a word; the router refuses longer ones before any handler sees them.
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseUnreadable(config.publicUrl.startsWith('https:')),
    // An address that cannot be decoded never reaches Nest: it is answered here, like one that leads nowhere.
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) => {
      void reply
        .status(404)
        .header('Content-Type', 'application/problem+json; charset=utf-8')
        .send(JSON.stringify(problem(404, 'not_found', 'There is nothing here, or it is not yours.')));
    },
  });
  readJsonAlone(adapter);
  return adapter;
}

/**
 * Bodies are JSON; modules add what their routes take beyond it. Forms and plain text are what pages of other origins can
 * send without asking: 415, as for any other type.
 */
function readJsonAlone(adapter: FastifyAdapter): void {
  const server: FastifyInstance = adapter.getInstance();
  const parse = server.getDefaultJsonParser('error', 'error');
  adapter.useBodyParser(
    'application/json',
    false,
    { bodyLimit: server.initialConfig.bodyLimit },
    (request, body, done) => {
      // Clients that name the type on every request say nothing wrong on one without a body.
      if (body.length === 0) done(null, undefined);
      else if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') done(new EncodedBodyError());
      else if (!isUtf8(body)) done(new BadRequestException('The body is JSON that is not UTF-8.'));
      else void parse(request, body.toString(), done);
    },
  );
  adapter.useBodyParser('application/x-www-form-urlencoded', false, {}, (_request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(new UnsupportedMediaTypeException());
  });
  server.removeContentTypeParser('text/plain');
}

/** JSON is taken as it is: what it would unpack to is not known before. */
class EncodedBodyError extends DomainError {
  constructor() {
    super('unsupported', 'request.unsupported_encoding', 'A JSON body must not be compressed.');
  }
}

/** A form is 415 where no file is taken: its fields would go unread, and the request would seem to have been heard. */
function refuseForms(server: FastifyInstance): void {
  server.addHook('preValidation', (request, _reply, done) => {
    const takesFiles = request.is404 || /\/(datasets|predictions)$/.test(request.routeOptions.url ?? '');
    if (request.isMultipart() && !takesFiles) done(new UnsupportedMediaTypeException());
    else done();
  });
}

/** Everything that HTTP needs and modules do not know: headers, cookies, CORS, the prefix, the API's description. */
export async function configureHttp(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  const https = config.publicUrl.startsWith('https:');
  setPrefix(app);
  observeHttp(app);
  await app.register(cookie);
  // One file and a few words about it.
  await app.register(multipart, {
    // A second file is refused by whoever reads the form, who can say why.
    limits: { fileSize: config.uploadLimitBytes, files: 2, fields: 16, fieldSize: 16_384, fieldNameSize: 100 },
  });
  refuseForms(app.getHttpAdapter().getInstance());
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
    referrerPolicy: { policy: 'no-referrer' },
    // For this host alone: what else its owner runs below it is not for us to decide.
    hsts: https && { maxAge: HSTS_SECONDS, includeSubDomains: false },
  });
  if (config.webOrigin) {
    app.enableCors({
      origin: config.webOrigin,
      credentials: true,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      exposedHeaders: ['Location', 'Retry-After'],
      maxAge: 600,
    });
  }
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (/^\/docs(\/|$|\?)/.test(request.url)) void reply.header('Content-Security-Policy', DOCS_POLICY);
      done();
    });
  SwaggerModule.setup('docs', app, () => describeApi(app), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Centroid API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
  await servePage(app);
}
