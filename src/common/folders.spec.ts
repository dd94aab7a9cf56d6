import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFolder } from './folders.js';

describe('makeFolder', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(path.join(tmpdir(), 'centroid-folders-'));
  });
  afterEach(() => {
    rmSync(place, { recursive: true });
  });

  it('makes what is missing above it, for the owner alone, and minds none that is there', () => {
    const folder = path.join(place, 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses a place that is a file, and one below a file', () => {
    const file = path.join(place, 'file');
    writeFileSync(file, '');
    expect(() => {
      makeFolder(file);
    }).toThrow('EEXIST');
    expect(() => {
      makeFolder(path.join(file, 'below'));
    }).toThrow('ENOTDIR');
  });

  it('returns where the system knows no folders, under /proc', () => {
    expect(() => {
      makeFolder('/proc/nowhere/data');
    }).toThrow('ENOENT');
  });
});
