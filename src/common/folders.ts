import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder that only its owner may enter, and those above it that are missing. One that is there is left as it is.
 *
 * In place of `mkdirSync(…, { recursive: true })`, which never returns where the system answers "no such file" for a
 * folder whose parent is there, as under /proc.
 *
 * @throws NodeJS.ErrnoException ENOENT, EACCES, ENOTDIR and the like, from the system
 */
export function makeFolder(folder: string): void {
  const parent = path.dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}
