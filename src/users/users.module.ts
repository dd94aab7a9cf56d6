import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProblemFilter } from '../common/problem.filter.js';
import { AccessGuard } from './auth/access.guard.js';
import { AccessHook } from './auth/access.hook.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { AdminService } from './admin.service.js';
import { AccountLimits } from './auth/account-limits.js';
import { ApiKey } from './auth/api-key.entity.js';
import { ApiKeyStrategy } from './auth/api-key.strategy.js';
import { ApiKeysRepository } from './auth/api-keys.repository.js';
import { AuditEvent } from './auth/audit-event.entity.js';
import { AuditInterceptor } from './auth/audit.interceptor.js';
import { AuditService } from './auth/audit.service.js';
import { AuthController } from './auth/auth.controller.js';
import { AuthService } from './auth/auth.service.js';
import { Housekeeping } from './auth/housekeeping.js';
import { JwtStrategy } from './auth/jwt.strategy.js';
import { KnownCredentials } from './auth/known-credentials.js';
import { PasswordService } from './auth/password.service.js';
import { RateLimit } from './auth/rate-limit.entity.js';
import { RateLimiter } from './auth/rate-limiter.js';
import { RequestBudget } from './auth/request-budget.js';
import { RefreshToken } from './auth/refresh-token.entity.js';
import { Session } from './auth/session.entity.js';
import { SessionsRepository } from './auth/sessions.repository.js';
import { StreamWatch } from './auth/stream-watch.js';
import { TokenService } from './auth/token.service.js';
import { IdempotencyKey } from './idempotency/idempotency-key.entity.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([User, Session, RefreshToken, RateLimit, ApiKey, AuditEvent, IdempotencyKey]),
    JwtModule.register({}),
  ],
  controllers: [AuthController, UsersController, ApiKeysController],
  providers: [
    AccountLimits,
    AdminService,
    Housekeeping,
    ApiKeysRepository,
    ApiKeysService,
    ApiKeyStrategy,
    AuditService,
    StreamWatch,
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    AccessGuard,
    AccessHook,
    AuthService,
    IdempotencyService,
    JwtStrategy,
    KnownCredentials,
    PasswordService,
    ProblemFilter,
    RateLimiter,
    RequestBudget,
    SessionsRepository,
    TokenService,
    UsersRepository,
    UsersService,
  ],
  exports: [AccessGuard, AuditService, IdempotencyService],
})
export class UsersModule {}
