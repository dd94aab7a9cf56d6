import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Dataset } from './dataset.entity.js';

/** Says that a queued or running run reads a data set, which cannot be deleted meanwhile (save with its chat). */
@Entity('dataset_holds')
@ForeignKey(() => Dataset, ['userId', 'datasetId'], ['userId', 'id'], {
  name: 'fk_dataset_holds_dataset',
  onDelete: 'CASCADE',
})
@Index('ix_dataset_holds_dataset', ['userId', 'datasetId'])
export class DatasetHold {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_dataset_holds' })
  runId!: string;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  datasetId!: string;
}
