import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { FittedPreparation } from '../ml/preparation/types.js';
import { Run } from './run.entity.js';

/** The two-dimensional picture of a run, made when it ends so that it outlives the data set. */
export interface StoredProjection {
  /** `[x, y]` a cluster. */
  centers: [number, number][];
  /** Share of the variance along the two axes. */
  explainedVariance: [number, number];
  /** Rows of the sample, ascending. */
  rows: number[];
  /** `x, y` a row of the sample, one after the other. */
  points: number[];
}

/** What all candidates of a sweep share. */
export interface SweepFacts {
  preparation: FittedPreparation;
  engineVersion: string;
  datasetSha256: string;
}

/** What a succeeded run leaves beside its centers; apart from the run, which is read far more often. */
@Entity('run_outputs')
@ForeignKey(() => Run, ['userId', 'runId'], ['userId', 'id'], { name: 'fk_run_outputs_run', onDelete: 'CASCADE' })
export class RunOutput {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_run_outputs' })
  runId!: string;

  @Column('uuid')
  userId!: string;

  /** The cluster of every row, packed as `label-codec.ts` says. */
  @Column('bytea')
  labels!: Buffer;

  @Column('jsonb')
  projection!: StoredProjection;

  /** Of a sweep, whose candidates lie beside. */
  @Column('jsonb', { nullable: true })
  sweep!: SweepFacts | null;
}
