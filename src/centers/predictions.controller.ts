import { Body, Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { IdPipe } from '../common/ids.js';
import { CurrentUser } from '../users/auth/current-user.decorator.js';
import { OpenToKeys } from '../users/auth/open-to-keys.decorator.js';
import type { Principal } from '../users/auth/principal.js';
import { PredictionQuery } from './dto/centers-requests.dto.js';
import { PredictionRequestDto, PredictionsDto } from './dto/predictions.dto.js';
import { readPredictionBody } from './prediction-body.js';
import { PredictionsService } from './predictions.service.js';

@ApiTags('Predictions')
@ApiBearerAuth()
@OpenToKeys('predict')
@Controller()
export class PredictionsController {
  constructor(private readonly predictions: PredictionsService) {}

  @Post('centers/:centersId/predictions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Which cluster does each row belong to?' })
  @ApiBody({ type: PredictionRequestDto })
  @ApiProblems(413, 422)
  predict(
    @CurrentUser() user: Principal,
    @Param('centersId', IdPipe) centersId: string,
    @Query() { detail }: PredictionQuery,
    @Body() body: unknown,
  ): Promise<PredictionsDto> {
    return this.predictions.predict(user.userId, centersId, readPredictionBody(body), detail === 'distances');
  }

  @Post('chats/:chatId/predictions')
  @HttpCode(200)
  @ApiOperation({
    summary: "The same with the chat's pinned centers, or its latest when none are pinned",
    description: 'An address that stays when the model is replaced. 409 `chat.no_centers` while the chat has none.',
  })
  @ApiBody({ type: PredictionRequestDto })
  @ApiProblems(409, 413, 422)
  predictInChat(
    @CurrentUser() user: Principal,
    @Param('chatId', IdPipe) chatId: string,
    @Query() { detail }: PredictionQuery,
    @Body() body: unknown,
  ): Promise<PredictionsDto> {
    return this.predictions.predictInChat(user.userId, chatId, readPredictionBody(body), detail === 'distances');
  }
}
