import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { signUp, type TestUser } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';

type Json = Record<string, unknown>;
type Signer = (input: string) => string;

const PREVIOUS = 'the key that was in use before this one';
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
const hmac =
  (key: string | Buffer, hash = 'sha256'): Signer =>
  (input) =>
    createHmac(hash, key).update(input).digest('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

/** Every token here is what some library, at some time, has taken for a good one. */
describe('forged access tokens', () => {
  let service: TestApp;
  let ada: TestUser;
  let bob: TestUser;
  let header: Json;
  let payload: Json;
  let sign: Signer;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' });

  beforeAll(async () => {
    service = await startApp({ SECRET_KEY_PREVIOUS: PREVIOUS });
    [ada, bob] = [await signUp(service), await signUp(service)];
    [header, payload] = ada.token.split('.').slice(0, 2).map(decode);
    sign = hmac(service.config.secretKey);
  });
  afterAll(() => service.close());

  const token = (head: unknown, body: unknown, signer: Signer = sign): string => {
    const input = `${encode(head)}.${encode(body)}`;
    return `${input}.${signer(input)}`;
  };
  const status = async (bearer: string): Promise<number> =>
    (await fetch(`${service.url}/api/v1/users/me`, { headers: { Authorization: `Bearer ${bearer}` } })).status;
  const without = (object: Json, field: string): Json =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== field));
  const parts = (): string[] => ada.token.split('.');

  it('are told from a token that is signed here by the same means', async () => {
    expect(await status(token(header, payload))).toBe(200);
    expect(await status(token(header, { ...payload, jti: randomUUID(), exp: now() + 60 }))).toBe(200);
  });

  it('are told from one of the key before, which is accepted under its own name', async () => {
    const kid = await previousKid();
    expect(await status(token({ ...header, kid }, payload, hmac(PREVIOUS)))).toBe(200);
    expect(await status(token(header, payload, hmac(PREVIOUS)))).toBe(401);
    expect(await status(token({ ...header, kid }, payload))).toBe(401);
  });

  const forgeries: [string, () => string][] = [
    ['no algorithm, no signature', () => token({ ...header, alg: 'none' }, payload, () => '')],
    ['no algorithm, good signature', () => token({ ...header, alg: 'none' }, payload)],
    ['no algorithm in capitals', () => token({ ...header, alg: 'NONE' }, payload, () => '')],
    ['no algorithm in mixed case', () => token({ ...header, alg: 'nOnE' }, payload, () => '')],
    ['algorithm of an empty name', () => token({ ...header, alg: '' }, payload, () => '')],
    ['algorithm null', () => token({ ...header, alg: null }, payload)],
    ['algorithm as a list', () => token({ ...header, alg: ['HS256'] }, payload)],
    ['header without algorithm', () => token(without(header, 'alg'), payload)],
    ['empty signature', () => `${parts().slice(0, 2).join('.')}.`],
    ['signature left out', () => parts().slice(0, 2).join('.')],
    ['signature of zeros', () => token(header, payload, () => encode('\0'.repeat(32)))],
    ['signature cut short', () => ada.token.slice(0, -4)],
    ['signature with a bit turned', () => turnBit(ada.token)],
    ['signature of another token', () => `${parts().slice(0, 2).join('.')}.${bob.token.split('.')[2]}`],
    ['payload of another token', () => [parts()[0], bob.token.split('.')[1], parts()[2]].join('.')],
    ['four parts', () => `${ada.token}.x`],
    ['HS384 with the right key', () => token({ ...header, alg: 'HS384' }, payload, hmac(key(), 'sha384'))],
    ['HS512 with the right key', () => token({ ...header, alg: 'HS512' }, payload, hmac(key(), 'sha512'))],
    ['HS512 named, HS256 signed', () => token({ ...header, alg: 'HS512' }, payload)],
    ['algorithm in lower case', () => token({ ...header, alg: 'hs256' }, payload)],
    ['RS256', () => token({ ...header, alg: 'RS256' }, payload, rsaSign)],
    ['PS256', () => token({ ...header, alg: 'PS256' }, payload, rsaSign)],
    ['ES256', () => token({ ...header, alg: 'ES256' }, payload, ecSign)],
    ['EdDSA', () => token({ ...header, alg: 'EdDSA' }, payload, rsaSign)],
    ['a public key used as the secret', () => token(header, payload, hmac(publicPem))],
    ['an empty key', () => token(header, payload, hmac(''))],
    ['a common key', () => token(header, payload, hmac('secret'))],
    ['the name of the key as the key', () => token(header, payload, hmac(String(header.kid)))],
    ['a hash of the key as the key', () => token(header, payload, hmac(Buffer.from(key()).toString('hex')))],
    ['the key that comes in jwk', () => token({ ...header, jwk: octet('mine') }, payload, hmac('mine'))],
    ['jwk beside a good signature', () => token({ ...header, jwk: octet('mine') }, payload)],
    ['the key from a jku', () => token({ ...header, jku: 'https://evil.example/k' }, payload, hmac('mine'))],
    ['jku beside a good signature', () => token({ ...header, jku: 'https://evil.example/k' }, payload)],
    ['x5u', () => token({ ...header, x5u: 'https://evil.example/c' }, payload)],
    ['x5c', () => token({ ...header, x5c: ['MIIB'] }, payload, rsaSign)],
    ['crit, which nobody here understands', () => token({ ...header, crit: ['b64'], b64: false }, payload)],
    ['a file for a kid', () => token({ ...header, kid: '../../../../dev/null' }, payload, hmac(''))],
    ['SQL for a kid', () => token({ ...header, kid: "x' UNION SELECT 'mine" }, payload, hmac('mine'))],
    ['no kid', () => token(without(header, 'kid'), payload)],
    ['an empty kid', () => token({ ...header, kid: '' }, payload)],
    ['kid as a list', () => token({ ...header, kid: [header.kid] }, payload)],
    ['kid __proto__', () => token({ ...header, kid: '__proto__' }, payload, hmac(''))],
    ['typ JWT', () => token({ ...header, typ: 'JWT' }, payload)],
    ['typ of a refresh token', () => token({ ...header, typ: 'rt+jwt' }, payload)],
    ['no typ', () => token(without(header, 'typ'), payload)],
    ['typ in capitals', () => token({ ...header, typ: 'AT+JWT' }, payload)],
    ['another audience', () => token(header, { ...payload, aud: 'elsewhere' })],
    ['no audience', () => token(header, without(payload, 'aud'))],
    ['another issuer', () => token(header, { ...payload, iss: 'https://evil.example' })],
    ['an issuer that begins alike', () => token(header, { ...payload, iss: `${String(payload.iss)}.evil.example` })],
    ['no issuer', () => token(header, without(payload, 'iss'))],
    ['expired', () => token(header, { ...payload, exp: now() - 1 })],
    ['expiring this second', () => token(header, { ...payload, exp: now() })],
    ['no expiry', () => token(header, without(payload, 'exp'))],
    ['expiry as text', () => token(header, { ...payload, exp: '9999999999' })],
    ['not yet valid', () => token(header, { ...payload, nbf: now() + 60 })],
    ['no session', () => token(header, without(payload, 'sid'))],
    ['a session that never was', () => token(header, { ...payload, sid: randomUUID() })],
    ['the session of somebody else', () => token(header, { ...payload, sid: sidOf(bob) })],
    ['somebody else with the own session', () => token(header, { ...payload, sub: bob.id })],
    ['nobody', () => token(header, without(payload, 'sub'))],
    ['a user that never was', () => token(header, { ...payload, sub: randomUUID() })],
    ['SQL for a user', () => token(header, { ...payload, sub: "' OR 1=1 --" })],
    ['an object for a session', () => token(header, { ...payload, sid: { $ne: null } })],
    ['a payload that is a list', () => token(header, [payload])],
    ['a payload that is text', () => token(header, 'ada')],
    ['a payload that is null', () => token(header, 'null')],
    ['a header that is null', () => token('null', payload)],
    ['a header that is a list', () => token([header], payload)],
    ['a header that is no JSON', () => token('{"alg":"HS256"', payload)],
    ['a header with its fields twice', () => token(twice(header), payload)],
    ['a token within a token', () => token({ ...header, cty: 'JWT' }, ada.token)],
    ['an encrypted one', () => token({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', kid: header.kid }, payload)],
    ['blanks in its base64', () => ada.token.replace('.', '. ')],
    ['padding in its base64', () => ada.token.replace('.', '=.')],
  ];

  it('are many', () => {
    expect(forgeries.length).toBeGreaterThanOrEqual(40);
    expect(new Set(forgeries.map(([name]) => name)).size).toBe(forgeries.length);
  });

  it.each(forgeries)('%s', async (_, forge) => {
    const forged = forge();
    expect(forged).not.toBe(ada.token);
    expect(await status(forged)).toBe(401);
  });

  const key = (): string => service.config.secretKey;
  const rsaSign: Signer = (input) => createSign('sha256').update(input).sign(rsa.privateKey, 'base64url');
  const ecSign: Signer = (input) =>
    createSign('sha256').update(input).sign({ key: ec.privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url');
  const octet = (k: string): Json => ({ kty: 'oct', k: encode(k) });
  const sidOf = (user: TestUser): unknown => decode(user.token.split('.')[1]).sid;
  /** The second of two fields of one name is what JSON.parse keeps. */
  const twice = (object: Json): string => JSON.stringify(object).replace('{', '{"alg":"none","typ":"JWT",').concat(' ');
  const turnBit = (text: string): string => {
    const [head, body, signature] = text.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[0] ^= 1;
    return [head, body, bytes.toString('base64url')].join('.');
  };
  /** The name of the key before, as a service tells it that signs with that key. */
  const previousKid = async (): Promise<unknown> => {
    const before = await startApp({ SECRET_KEY: PREVIOUS });
    const { token: signed } = await signUp(before);
    await before.close();
    return decode(signed.split('.')[0]).kid;
  };
});
