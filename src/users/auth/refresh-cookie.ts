import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppConfig } from '../../config/app-config.js';

const NAME = 'refresh_token';

/** The refresh token that came with a request. */
export function readRefreshCookie(request: FastifyRequest): string | undefined {
  return request.cookies[NAME];
}

/** Hands a refresh token to the browser, out of reach of its scripts. */
export function setRefreshCookie(reply: FastifyReply, token: string, config: AppConfig): void {
  void reply.setCookie(NAME, token, { ...attributes(config), maxAge: config.refreshTokenDays * 24 * 60 * 60 });
}

export function clearRefreshCookie(reply: FastifyReply, config: AppConfig): void {
  void reply.clearCookie(NAME, attributes(config));
}

function attributes(config: AppConfig) {
  return {
    path: '/api/v1/auth',
    httpOnly: true,
    sameSite: 'strict',
    secure: config.publicUrl.startsWith('https:'),
  } as const;
}
