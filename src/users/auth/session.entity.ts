import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { User } from '../user.entity.js';

/** A device that is signed in. It ends by being deleted, and with it all of its tokens. */
@Entity('sessions')
@Unique('uq_sessions_owner', ['userId', 'id'])
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_sessions' })
  id!: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'fk_sessions_user', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text', { nullable: true })
  userAgent!: string | null;

  @Column('text')
  address!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** Of the last refresh. */
  @Column({ type: 'timestamptz', precision: 3 })
  lastUsedAt!: Date;

  @Column({ type: 'timestamptz', precision: 3 })
  expiresAt!: Date;
}
