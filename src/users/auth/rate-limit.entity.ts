import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How often something has been done within its window. Unlogged: counting costs no disk write, a crash starts anew. */
@Entity('rate_limits')
@Index('ix_rate_limits_reset', ['resetsAt'])
export class RateLimit {
  /** SHA-256 of what is counted and for whom: neither names nor addresses are kept. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'pk_rate_limits' })
  subject!: Buffer;

  @Column('int')
  count!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  resetsAt!: Date;
}
