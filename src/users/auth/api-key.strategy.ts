import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport';
import { ApiKeysRepository } from './api-keys.repository.js';
import { bearerToken } from './bearer.js';
import { hashSecret, isApiKey } from './secrets.js';

/** API keys, wherever an access token may stand. */
@Injectable()
export class ApiKeyStrategy extends Strategy {
  override name = 'api-key';

  constructor(private readonly keys: ApiKeysRepository) {
    super();
  }

  override authenticate(request: Pick<FastifyRequest, 'headers'>): void {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined || !isApiKey(token)) {
      this.fail(401);
      return;
    }
    this.keys.authenticate(hashSecret(token)).then(
      (principal) => {
        if (principal) this.success(principal);
        else this.fail(401);
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }
}
