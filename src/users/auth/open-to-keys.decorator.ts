import { SetMetadata } from '@nestjs/common';
import type { Scope } from './principal.js';

export const KEY_RULE = 'centroid:key-rule';
/** The scope that a key needs, or that the method decides: `read` to read, `train` for everything else. */
export type KeyRule = Scope | 'by-method';

/**
 * Opens the routes of a controller, or one of them, to API keys: to those with the given scope, or else with `read`
 * for GET and `train` for everything else. Routes without it are closed to keys.
 */
export function OpenToKeys(scope?: Scope): ClassDecorator & MethodDecorator {
  return SetMetadata(KEY_RULE, scope ?? ('by-method' satisfies KeyRule));
}
