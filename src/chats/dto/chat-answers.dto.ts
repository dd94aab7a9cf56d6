import { type Author, AUTHORS, MESSAGE_KINDS, type MessageKind } from '../message.entity.js';
import type { Chat } from '../chat.entity.js';
import { ApiProperty } from '@nestjs/swagger';

export class ChatDto {
  id!: string;
  title!: string;
  /** The newest centers of the chat. */
  latestCentersId!: string | null;
  /** The centers that predictions on the chat use instead of the latest. */
  pinnedCentersId!: string | null;
  createdAt!: Date;
  /** When something last happened in it. */
  updatedAt!: Date;
}

export function toChat({ id, title, latestCentersId, pinnedCentersId, createdAt, updatedAt }: Chat): ChatDto {
  return { id, title, latestCentersId, pinnedCentersId, createdAt, updatedAt };
}

export class ChatPage {
  items!: ChatDto[];
  nextCursor!: string | null;
}

export class MessageDto {
  id!: string;
  chatId!: string;
  @ApiProperty({ enum: AUTHORS })
  author!: Author;
  @ApiProperty({ enum: MESSAGE_KINDS })
  kind!: MessageKind;
  text!: string;
  datasetId?: string;
  runId?: string;
  centersId?: string;
  createdAt!: Date;
}

export class MessagePage {
  items!: MessageDto[];
  nextCursor!: string | null;
}
