import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Chat } from '../chats/chat.entity.js';
import { Dataset } from '../datasets/dataset.entity.js';
import type { RunError, RunParams, RunProgress, RunResult, RunStatus } from './run.types.js';

/** One training: what was asked for, how far it has come, and what came out. */
@Entity('runs')
@Unique('uq_runs_owner', ['userId', 'id'])
@Index('ix_runs_chat', ['userId', 'chatId', 'id'])
@Index('ix_runs_dataset', ['datasetId'])
@ForeignKey(() => Chat, ['userId', 'chatId'], ['userId', 'id'], { name: 'fk_runs_chat', onDelete: 'CASCADE' })
@ForeignKey(() => Dataset, ['userId', 'datasetId'], ['userId', 'id'], {
  name: 'fk_runs_dataset_owner',
  deferrable: 'INITIALLY DEFERRED',
})
export class Run {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_runs' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  chatId!: string;

  /** Null once the data set has been deleted; an ended run stays. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => Dataset, { name: 'fk_runs_dataset', onDelete: 'SET NULL' })
  datasetId!: string | null;

  @Column('text')
  status!: RunStatus;

  @Column('jsonb')
  params!: RunParams;

  @Column('jsonb')
  progress!: RunProgress;

  @Column('jsonb', { nullable: true })
  result!: RunResult | null;

  @Column('jsonb', { nullable: true })
  error!: RunError | null;

  /**
   * How often a worker has taken the run up. It is also the fence: whatever an attempt writes names its number, and
   * once another has begun, nothing of the earlier one lands.
   */
  @Column('integer')
  attempts!: number;

  /** Attempts in a row that ended without a word and without having got any further. */
  @Column('integer')
  crashes!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** When it was first taken up. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
