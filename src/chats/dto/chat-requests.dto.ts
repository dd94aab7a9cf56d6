import { IsOptional, IsUUID, ValidateIf } from 'class-validator';
import { PageQuery } from '../../common/paging.js';
import { IsText } from '../../common/text.decorator.js';

export class CreateChatDto {
  /** What the chat is about. */
  @IsText(1, 200)
  title!: string;
}

export class UpdateChatDto {
  @ValidateIf((_, value) => value !== undefined)
  @IsText(1, 200)
  title?: string;

  /** Centers of this chat that its predictions follow; null follows the latest again. */
  @IsOptional()
  @IsUUID()
  pinnedCentersId?: string | null;
}

export class ListChatsQuery extends PageQuery {
  /** Part of the title, whatever its case. */
  @IsOptional()
  @IsText(0, 200)
  q?: string;
}

export class CreateMessageDto {
  /** A note. */
  @IsText(1, 20_000)
  text!: string;
}
