import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors.js';
import { AppConfig } from '../config/app-config.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What a proxy adds: the caller is then somebody else than the address that the request comes from. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

class MetricsRefusedError extends DomainError {
  constructor() {
    super('unauthenticated', 'auth.metrics_token', 'Ask from the same machine, or bear METRICS_TOKEN.');
  }
}

/** Who may read what the process counts. */
@Injectable()
export class MetricsAccess {
  readonly #token: Buffer | undefined;

  constructor({ metricsToken }: AppConfig) {
    this.#token = metricsToken === undefined ? undefined : digest(metricsToken);
  }

  /** @throws MetricsRefusedError unless the caller is on this machine, and no proxy for others, or bears the token */
  require({ headers, socket }: IncomingMessage): void {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined && this.#token && timingSafeEqual(digest(bearer), this.#token)) return;
    if (bearer === undefined && isLoopback(socket.remoteAddress) && !FORWARDED.some((name) => name in headers)) return;
    throw new MetricsRefusedError();
  }
}

function isLoopback(address = ''): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Of equal length whatever the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
