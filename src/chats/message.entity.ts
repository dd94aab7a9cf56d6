import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Chat } from './chat.entity.js';

export const AUTHORS = ['user', 'assistant'] as const;
export type Author = (typeof AUTHORS)[number];

export const MESSAGE_KINDS = ['text', 'dataset', 'run', 'centers', 'prediction'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/**
 * One entry of a chat. The ids say what it speaks of and stay when that is deleted: a notebook keeps what happened.
 */
@Entity('messages')
@ForeignKey(() => Chat, ['userId', 'chatId'], ['userId', 'id'], { name: 'fk_messages_chat', onDelete: 'CASCADE' })
@Index('ix_messages_chat', ['userId', 'chatId', 'id'])
export class Message {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_messages' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  chatId!: string;

  @Column('text')
  author!: Author;

  @Column('text')
  kind!: MessageKind;

  @Column('text')
  text!: string;

  @Column('uuid', { nullable: true })
  datasetId!: string | null;

  @Column('uuid', { nullable: true })
  runId!: string | null;

  @Column('uuid', { nullable: true })
  centersId!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
