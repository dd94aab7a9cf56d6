import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, readConfig } from './app-config.js';

const SECRET = 'a-secret-that-is-at-least-32-bytes-long';
const POSTGRES = 'postgresql://centroid:geheim@localhost:5432/centroid';

describe('readConfig', () => {
  let dir: string;
  const read = (env: NodeJS.ProcessEnv = {}) => readConfig({ DATA_DIR: dir, ...env });

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'centroid-config-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('has the documented defaults', () => {
    expect(read()).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      databaseUrl: undefined,
      algorithm: 'HS256',
      accessTokenMinutes: 30,
      refreshTokenDays: 7,
      webOrigin: undefined,
      role: 'all',
      jsonLimitBytes: 10 * 2 ** 20,
    });
  });

  it('makes a secret at the first start, readable by its owner alone, and keeps it', () => {
    const { secretKey } = read();
    const file = path.join(dir, 'secret.key');
    expect(Buffer.byteLength(secretKey)).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(secretKey);
    expect(read().secretKey).toBe(secretKey);
  });

  it('takes back the secret that others could read, and says so', () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { secretKey } = read();
    expect(warned).not.toHaveBeenCalled();
    const file = path.join(dir, 'secret.key');
    chmodSync(file, 0o644);
    expect(read().secretKey).toBe(secretKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(warned.mock.calls[0][0]).toMatch(/secret\.key could be read by others \(mode 0644\)/);
    warned.mockRestore();
  });

  it('makes the data folder for its owner alone', () => {
    const fresh = path.join(dir, 'deep', 'data');
    readConfig({ DATA_DIR: fresh });
    expect(statSync(fresh).mode & 0o777).toBe(0o700);
  });

  it('reads what is set, without trailing slashes and blanks', () => {
    const config = read({
      PORT: ' 8080 ',
      PUBLIC_URL: 'https://centroid.example/',
      DATABASE_URL: POSTGRES,
      SECRET_KEY: SECRET,
      VITE_API_URL: 'https://app.example/some/path',
      ROLE: 'worker',
    });
    expect(config).toMatchObject({
      port: 8080,
      publicUrl: 'https://centroid.example',
      databaseUrl: POSTGRES,
      secretKey: SECRET,
      webOrigin: 'https://app.example',
      role: 'worker',
    });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['PORT', { PORT: 'eighty' }],
    ['PORT', { PORT: '70000' }],
    ['ALGORITHM', { ALGORITHM: 'none' }],
    ['ALGORITHM', { ALGORITHM: 'RS256' }],
    ['ACCESS_TOKEN_MINUTES', { ACCESS_TOKEN_MINUTES: '0' }],
    ['REFRESH_TOKEN_DAYS', { REFRESH_TOKEN_DAYS: '1.5' }],
    ['ROLE', { ROLE: 'api' }],
    ['ROLE', { ROLE: 'boss' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'centroid.example' }],
    ['VITE_API_URL', { VITE_API_URL: 'ftp://x' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://root:geheim@localhost/x', SECRET_KEY: SECRET }],
    ['SECRET_KEY', { SECRET_KEY: 'short' }],
    ['SECRET_KEY', { DATABASE_URL: POSTGRES }],
    ['ENGINE_THREADS', { ENGINE_THREADS: '-1' }],
    ['JSON_LIMIT_MB', { JSON_LIMIT_MB: 'lots' }],
    ['SECRET_KEY_PREVIOUS', { SECRET_KEY_PREVIOUS: 'short' }],
    ['PASSWORD_COST', { PASSWORD_COST: '9' }],
    ['REGISTRATION', { REGISTRATION: 'maybe' }],
    ['LOGIN_FAILURES', { LOGIN_FAILURES: '0' }],
    ['REQUESTS_PER_MINUTE', { REQUESTS_PER_MINUTE: 'many' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.1,proxy.example' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/33' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '::1/129' }],
  ])('refuses a wrong %s in one sentence that names it', (name, env) => {
    let message = '';
    try {
      read(env);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      message = (error as ConfigError).message;
    }
    expect(message).toMatch(new RegExp(`\\b${name}\\b`));
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain('geheim');
  });

  it('reads the proxies to trust as addresses and networks', () => {
    expect(read({ TRUSTED_PROXIES: ' 127.0.0.1, 10.0.0.0/8 ,::1/128,' }).trustedProxies).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      '::1/128',
    ]);
    expect(read().trustedProxies).toEqual([]);
  });

  it('refuses a damaged secret file', () => {
    writeFileSync(path.join(dir, 'secret.key'), 'cut');
    expect(() => read()).toThrow(/secret\.key is damaged/);
  });

  it('names DATA_DIR when it cannot be used', () => {
    const file = path.join(dir, 'a-file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => readConfig({ DATA_DIR: file })).toThrow(/^DATA_DIR/);
  });
});
