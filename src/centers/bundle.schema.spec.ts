import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { bundleSchema } from './bundle.schema.js';

describe('The schema of bundles', () => {
  it('is published as it is used', () => {
    const published = readFileSync(new URL('../../docs/centers-bundle.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(published)).toEqual(bundleSchema);
  });
});
