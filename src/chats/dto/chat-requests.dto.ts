import { IsNotEmpty, IsOptional, IsString, IsUUID, MaxLength, ValidateIf } from 'class-validator';
import { PageQuery } from '../../common/paging.js';

export class CreateChatDto {
  /** What the chat is about. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  title!: string;
}

export class UpdateChatDto {
  @ValidateIf((_, value) => value !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  title?: string;

  /** Centers of this chat that its predictions follow; null follows the latest again. */
  @IsOptional()
  @IsUUID()
  pinnedCentersId?: string | null;
}

export class ListChatsQuery extends PageQuery {
  /** Part of the title, whatever its case. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
}

export class CreateMessageDto {
  /** A note. */
  @IsString()
  @IsNotEmpty()
  @MaxLength(20_000)
  text!: string;
}
