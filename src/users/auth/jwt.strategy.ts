import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-jwt';
import { bearerToken } from './bearer.js';
import type { Principal } from './principal.js';
import { SessionsRepository } from './sessions.repository.js';
import { type AccessClaims, TokenService } from './token.service.js';

/** Access tokens: a signature that holds, and a session behind it that is alive at this very moment. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    private readonly tokens: TokenService,
    private readonly sessions: SessionsRepository,
  ) {
    super({
      ...tokens.verification,
      jwtFromRequest: (request: FastifyRequest) => bearerToken(request.headers.authorization) ?? null,
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: Error | null, key?: Buffer) => void) => {
        const key = tokens.keyFor(token);
        if (key) done(null, key);
        else done(new Error('No such key'));
      },
    });
  }

  async validate(payload: Partial<AccessClaims>): Promise<Principal | false> {
    if (!this.tokens.isComplete(payload)) return false;
    const { sub: userId, sid: sessionId, exp } = payload;
    // The token ends before its session does.
    return (await this.sessions.isAlive(userId, sessionId)) && { userId, sessionId, endsAt: exp * 1000 };
  }
}
