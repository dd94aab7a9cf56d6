import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Dataset } from './dataset.entity.js';

/** A run of consecutive rows of a data set, column by column (see blocks/block-codec). */
@Entity('dataset_blocks')
@ForeignKey(() => Dataset, ['userId', 'datasetId'], ['userId', 'id'], {
  name: 'fk_dataset_blocks_dataset',
  onDelete: 'CASCADE',
})
export class DatasetBlock {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_dataset_blocks' })
  userId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_dataset_blocks' })
  datasetId!: string;

  /** Which row of the data set, counted from 0, its first one is. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_dataset_blocks' })
  firstRow!: number;

  @Column('bytea')
  bytes!: Buffer;
}
