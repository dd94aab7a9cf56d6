import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { createHash, randomUUID } from 'node:crypto';
import { validate } from 'uuid';
import { type Algorithm, AppConfig } from '../../config/app-config.js';

const TYPE = 'at+jwt';
const AUDIENCE = 'centroid';
const KID_BYTES = 8;

/** What an access token says: whose it is, and in which session it was issued. */
export interface AccessClaims {
  sub: string;
  sid: string;
  exp: number;
}

interface Key {
  secret: Buffer;
  header: { alg: Algorithm; typ: string; kid: string };
  /** The header as it stands in a token. */
  encoded: string;
}

/** Signs and reads access tokens: JSON Web Tokens as RFC 9068 profiles them, with one algorithm and no other. */
@Injectable()
export class TokenService {
  /** What every token is checked against, besides its key and its header. */
  readonly verification;
  readonly #keys: Key[];

  constructor(
    private readonly config: AppConfig,
    private readonly jwt: JwtService,
  ) {
    this.verification = { algorithms: [config.algorithm], issuer: config.publicUrl, audience: AUDIENCE };
    this.#keys = [config.secretKey, config.secretKeyPrevious]
      .filter((key) => key !== undefined)
      .map((key) => toKey(key, config.algorithm));
  }

  /**
   * @param sessionExpiresAt the token does not outlive it
   * @returns the token and the seconds that it is good for
   */
  sign(userId: string, sessionId: string, sessionExpiresAt: Date): { accessToken: string; expiresIn: number } {
    const [{ secret, header }] = this.#keys;
    const left = Math.max(1, Math.floor((sessionExpiresAt.getTime() - Date.now()) / 1000));
    const expiresIn = Math.min(this.config.accessTokenMinutes * 60, left);
    const accessToken = this.jwt.sign(
      { sid: sessionId, jti: randomUUID() },
      {
        secret,
        algorithm: this.config.algorithm,
        header,
        issuer: this.config.publicUrl,
        audience: AUDIENCE,
        subject: userId,
        expiresIn,
      },
    );
    return { accessToken, expiresIn };
  }

  /**
   * The key that a token's header asks for, if the header is one of ours to the letter: whatever else one may hold
   * (`jwk`, `jku`, `crit`, another `alg` or `typ`) is refused unread.
   */
  keyFor(token: string): Buffer | undefined {
    const header = token.slice(0, token.indexOf('.'));
    return this.#keys.find(({ encoded }) => encoded === header)?.secret;
  }

  /** Whether a payload whose signature holds says all that an access token has to. */
  isComplete(payload: Partial<AccessClaims>): payload is AccessClaims {
    return validate(payload.sub) && validate(payload.sid) && typeof payload.exp === 'number';
  }

  /** What an access token of ours says, expired or not; undefined if it is none. */
  readExpired(token: string): AccessClaims | undefined {
    const secret = this.keyFor(token);
    if (!secret) return undefined;
    try {
      const options = { ...this.verification, secret, ignoreExpiration: true };
      const payload = this.jwt.verify<Partial<AccessClaims>>(token, options);
      return this.isComplete(payload) ? payload : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The id of a key gives nothing away about it: a hash of a hash, cut short. */
function toKey(key: string, alg: Algorithm): Key {
  const digest = createHash('sha256').update('kid').update(createHash('sha256').update(key).digest()).digest();
  const header = { alg, typ: TYPE, kid: digest.subarray(0, KID_BYTES).toString('base64url') };
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  return { secret: Buffer.from(key), header, encoded };
}
