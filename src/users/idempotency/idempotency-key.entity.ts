import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../user.entity.js';

/** A call that a program may repeat when it has not heard the answer. */
@Entity('idempotency_keys')
@Index('ix_idempotency_keys_time', ['createdAt'])
export class IdempotencyKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  @ForeignKey(() => User, { name: 'fk_idempotency_keys_user', onDelete: 'CASCADE' })
  userId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  key!: string;

  /** Method and path. */
  @Column('text')
  route!: string;

  /** Which call is at it. */
  @Column('uuid')
  claim!: string;

  /** Until when that call is believed to be in flight; it says so anew while it is. Null once it is answered. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  leasedUntil!: Date | null;

  /** SHA-256 of what the call was about. */
  @Column('bytea', { nullable: true })
  content!: Buffer | null;

  @Column('jsonb', { nullable: true })
  answer!: object | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
