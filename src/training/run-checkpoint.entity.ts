import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Run } from './run.entity.js';

/** Where a run stood, for the next attempt to go on from; gone once the run has ended. */
@Entity('run_checkpoints')
@ForeignKey(() => Run, ['userId', 'runId'], ['userId', 'id'], { name: 'fk_run_checkpoints_run', onDelete: 'CASCADE' })
export class RunCheckpoint {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_run_checkpoints' })
  runId!: string;

  @Column('uuid')
  userId!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  savedAt!: Date;

  /** As `checkpoint-keeper.ts` packs it. */
  @Column('bytea')
  state!: Buffer;
}
