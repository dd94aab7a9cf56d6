import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { CentersMetrics, ClusterFacts } from '../centers/centers.entity.js';
import { FLOAT64_ARRAY } from '../database/columns.js';
import { Run } from './run.entity.js';

/** What a sweep found for one k: all that centers are made of, so that any k can be kept without fitting anew. */
@Entity('run_candidates')
@ForeignKey(() => Run, ['userId', 'runId'], ['userId', 'id'], { name: 'fk_run_candidates_run', onDelete: 'CASCADE' })
export class RunCandidate {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_run_candidates' })
  runId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_run_candidates' })
  k!: number;

  @Column('uuid')
  userId!: string;

  /** The centres in the space trained in, `k x features`. */
  @Column(FLOAT64_ARRAY)
  trained!: Float64Array;

  /** How the rows lay in each column; see `packStatistics`. */
  @Column(FLOAT64_ARRAY)
  statistics!: Float64Array;

  /** One a cluster. */
  @Column('jsonb')
  clusters!: ClusterFacts[];

  @Column('double precision', { nullable: true })
  inertia!: number | null;

  @Column('jsonb')
  metrics!: CentersMetrics;
}
