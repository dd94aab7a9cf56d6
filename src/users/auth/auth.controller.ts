import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../../common/api-problems.decorator.js';
import { EmptyBodyPipe } from '../../common/empty-body.pipe.js';
import { Public } from '../../common/public.decorator.js';
import { AppConfig } from '../../config/app-config.js';
import { SignedInDto, toUser } from '../dto/account-answers.dto.js';
import { LoginDto, RegisterDto } from '../dto/account-requests.dto.js';
import { AuthService, type SignedIn } from './auth.service.js';
import { bearerToken } from './bearer.js';
import { type Client, FromClient } from './client.decorator.js';
import { OriginGuard } from './origin.guard.js';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie.js';

@ApiTags('Accounts')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly config: AppConfig,
  ) {}

  @Post('register')
  @Public()
  @ApiOperation({ summary: 'Open an account and sign in' })
  @ApiProblems(403, 409, 429)
  async register(
    @Body() body: RegisterDto,
    @FromClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    return this.answer(await this.auth.register(body, client), reply);
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in' })
  @ApiProblems(401, 403, 429)
  async logIn(
    @Body() body: LoginDto,
    @FromClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    return this.answer(await this.auth.logIn(body.username, body.password, client), reply);
  }

  /** Takes the refresh token from its cookie. Send the next cookie from then on: the old token is spent. */
  @Post('refresh')
  @Public()
  @UseGuards(OriginGuard)
  @HttpCode(200)
  @ApiOperation({ summary: 'A new access token, for the refresh cookie' })
  @ApiProblems(401, 403)
  async refresh(
    @Body(EmptyBodyPipe) _body: unknown,
    @Req() request: FastifyRequest,
    @FromClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    return this.answer(await this.auth.refresh(readRefreshCookie(request), client), reply);
  }

  /** For the session of the refresh cookie, of the access token (expired or not), or of both. */
  @Post('logout')
  @Public()
  @UseGuards(OriginGuard)
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out: the tokens of this session are dead' })
  @ApiProblems(403)
  async logOut(
    @Body(EmptyBodyPipe) _body: unknown,
    @Req() request: FastifyRequest,
    @FromClient() client: Client,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.auth.logOut(readRefreshCookie(request), bearerToken(request.headers.authorization), client);
    clearRefreshCookie(reply, this.config);
  }

  private answer({ user, accessToken, expiresIn, refreshToken }: SignedIn, reply: FastifyReply): SignedInDto {
    if (refreshToken) setRefreshCookie(reply, refreshToken, this.config);
    // Tokens are for the one who asked, not for a cache on the way.
    void reply.header('Cache-Control', 'no-store');
    return { accessToken, tokenType: 'Bearer', expiresIn, user: toUser(user) };
  }
}
