import { InvalidRowsError } from '../centers.errors.js';
import { npyHeader } from '../npy-export.js';

/**
 * The head of an NPY file that has as many rows as another.
 *
 * @param head the first bytes of the other, its header among them
 */
export function npyHead(head: Buffer, columns: number): Uint8Array {
  const rows = /'shape':\s*\(\s*(\d+)/.exec(head.toString('latin1'))?.[1];
  if (rows === undefined)
    throw new InvalidRowsError('prediction.unreadable', 'The NPY header does not tell its shape.');
  return npyHeader(Number(rows), columns);
}
