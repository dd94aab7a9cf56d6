import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { concatMap, type Observable } from 'rxjs';
import type { SignedInRequest } from './access.guard.js';
import { AuditService } from './audit.service.js';
import { AUDIT_RULE, type AuditRule } from './audited.decorator.js';
import { clientOf } from './client.decorator.js';

/** Records what routes marked `@Audited()` have done. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditService,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const rule = this.reflector.get<AuditRule | undefined>(AUDIT_RULE, context.getHandler());
    if (!rule) return next.handle();
    const request = context.switchToHttp().getRequest<Required<SignedInRequest>>();
    const subjectId = (request.params as Record<string, string>)[rule.parameter];
    return next.handle().pipe(
      concatMap(async (answer) => {
        await this.audit.record(rule.event, request.user.userId, clientOf(request), subjectId);
        return answer;
      }),
    );
  }
}
