import { afterAll, describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../config/app-config.js';
import { PasswordsBusyError } from '../users.errors.js';
import { PasswordService } from './password.service.js';

describe('PasswordService', () => {
  const passwords = new PasswordService({ passwordCost: 10 } as AppConfig);
  const later = new PasswordService({ passwordCost: 11 } as AppConfig);
  afterAll(() => Promise.all([passwords.onModuleDestroy(), later.onModuleDestroy()]));

  it('knows a password by its hash, which has a salt of its own and the configured cost', async () => {
    const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$2b\$10\$.{53}$/);
    expect(other).not.toBe(one);
    expect(await passwords.matches('correct horse', one)).toBe(true);
    expect(await passwords.matches('correct hors', one)).toBe(false);
  });

  it('tells passwords apart that differ beyond the 72 bytes that bcrypt looks at', async () => {
    const password = 'é'.repeat(36);
    const hash = await passwords.hash(password);
    expect(await passwords.matches(password, hash)).toBe(true);
    expect(await passwords.matches(`${password}!`, hash)).toBe(false);
  });

  it('does the work of a hash for somebody who does not exist', async () => {
    const hash = await passwords.hash('correct horse');
    const known: number[] = [];
    const unknown: number[] = [];
    for (let i = 0; i < 8; i++) {
      for (const [times, stored] of [[known, hash] as const, [unknown, undefined] as const]) {
        const start = performance.now();
        expect(await passwords.matches('wrong horse', stored)).toBe(false);
        times.push(performance.now() - start);
      }
    }
    // The fastest of each, since other work on the machine only ever adds; a missing hash would be a factor of a hundred.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  }, 30_000);

  it('asks for a new hash when the cost has been raised, not when it has been lowered', async () => {
    const hash = await passwords.hash('correct horse');
    expect(later.isOutdated(hash)).toBe(true);
    expect(passwords.isOutdated(hash)).toBe(false);
    expect(passwords.isOutdated(hash.replace('$10$', '$12$'))).toBe(false);
  });

  it('turns away whoever comes when too many wait, and serves those who wait', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => passwords.matches('correct horse', undefined)),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(PasswordsBusyError);
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(64);
  }, 30_000);
});
