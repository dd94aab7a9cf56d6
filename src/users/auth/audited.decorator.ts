import { SetMetadata } from '@nestjs/common';
import type { AuditedEvent } from './audit.service.js';

export const AUDIT_RULE = 'centroid:audited';

export interface AuditRule {
  event: AuditedEvent;
  /** The path parameter with the id of what it is done to. */
  parameter: string;
}

/** Records every call of a route that succeeds. */
export function Audited(event: AuditedEvent, parameter: string): MethodDecorator {
  return SetMetadata(AUDIT_RULE, { event, parameter } satisfies AuditRule);
}
