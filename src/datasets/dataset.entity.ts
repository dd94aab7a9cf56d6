import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Chat } from '../chats/chat.entity.js';
import { BIGINT, TIMESTAMP } from '../database/columns.js';
import type { ColumnProfile, DatasetFormat, ReadingNotes } from './dataset-types.js';

/** A table that was uploaded to a chat. What it holds lies in its blocks; a `loading` one is seen by nobody. */
@Entity('datasets')
@Unique('uq_datasets_owner', ['userId', 'id'])
@ForeignKey(() => Chat, ['userId', 'chatId'], ['userId', 'id'], { name: 'fk_datasets_chat', onDelete: 'CASCADE' })
@Index('ix_datasets_chat', ['userId', 'chatId', 'id'])
export class Dataset {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_datasets' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  chatId!: string;

  @Column('text')
  state!: 'loading' | 'ready';

  @Column('text')
  name!: string;

  @Column('text')
  format!: DatasetFormat;

  @Column('integer')
  rowCount!: number;

  @Column('jsonb')
  columns!: ColumnProfile[];

  @Column('jsonb')
  warnings!: string[];

  @Column('jsonb')
  reading!: ReadingNotes;

  /** SHA-256 of the file as uploaded, in hexadecimal. */
  @Column('text')
  sha256!: string;

  /** Bytes of the file as uploaded. */
  @Column(BIGINT)
  sizeBytes!: number;

  /** Bytes of its blocks. */
  @Column(BIGINT)
  storedBytes!: number;

  @Column(TIMESTAMP)
  createdAt!: Date;
}
