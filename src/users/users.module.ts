import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProblemFilter } from '../common/problem.filter.js';
import { AccessGuard } from './auth/access.guard.js';
import { AccessHook } from './auth/access.hook.js';
import { AccountLimits } from './auth/account-limits.js';
import { AuthController } from './auth/auth.controller.js';
import { AuthService } from './auth/auth.service.js';
import { JwtStrategy } from './auth/jwt.strategy.js';
import { PasswordService } from './auth/password.service.js';
import { RateLimit } from './auth/rate-limit.entity.js';
import { RateLimiter } from './auth/rate-limiter.js';
import { RefreshToken } from './auth/refresh-token.entity.js';
import { Session } from './auth/session.entity.js';
import { SessionsRepository } from './auth/sessions.repository.js';
import { TokenService } from './auth/token.service.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User, Session, RefreshToken, RateLimit]), JwtModule.register({})],
  controllers: [AuthController, UsersController],
  providers: [
    AccountLimits,
    AccessGuard,
    AccessHook,
    AuthService,
    JwtStrategy,
    PasswordService,
    ProblemFilter,
    RateLimiter,
    SessionsRepository,
    TokenService,
    UsersRepository,
    UsersService,
  ],
  exports: [AccessGuard],
})
export class UsersModule {}
