import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ProblemFilter } from '../../common/problem.filter.js';
import type { AccessConfig } from '../../common/public.decorator.js';
import { AccessGuard, type SignedInRequest } from './access.guard.js';
import { StreamWatch } from './stream-watch.js';

const API = /^\/api(?:[/?#]|$)/;

/**
 * Runs the guard before Fastify reads the body: without a credential nothing else about a request is looked at, be it
 * malformed, too large, or for a path that does not exist. Event streams end soon after the credential they came with.
 */
@Injectable()
export class AccessHook implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly guard: AccessGuard,
    private readonly problems: ProblemFilter,
    private readonly streams: StreamWatch,
  ) {}

  onModuleInit(): void {
    const adapter = this.host.httpAdapter as FastifyAdapter | null;
    // A process without HTTP, such as a worker, has no server to guard.
    const server: Pick<FastifyInstance, 'addHook'> | undefined = adapter?.getInstance();
    server?.addHook('onRequest', async (request, reply) => {
      const { public: open } = request.routeOptions.config as AccessConfig;
      if (open || !API.test(request.url)) return;
      const context = new ExecutionContextHost([request, reply]);
      try {
        await this.guard.authenticate(context);
      } catch (error) {
        // Not left to Fastify: where no route matches, it has an error handler of its own.
        this.problems.catch(error, context);
        return reply;
      }
    });
    server?.addHook('onSend', (request: SignedInRequest, reply, payload, done) => {
      if (request.user && String(reply.getHeader('Content-Type')).startsWith('text/event-stream')) {
        const unwatch = this.streams.watch(request.user, () => reply.raw.end());
        reply.raw.once('close', unwatch);
      }
      done(null, payload);
    });
  }
}
