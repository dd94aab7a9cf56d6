import { Injectable } from '@nestjs/common';
import { BriefMemory } from '../../common/brief-memory.js';
import type { Principal } from './principal.js';

/**
 * The credentials that were good a moment ago, by the SHA-256 of each. Whoever ends a session or a key, or changes a
 * user such that theirs end, calls `forget()` once that is committed.
 */
@Injectable()
export class KnownCredentials extends BriefMemory<Principal> {}
