import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { User } from '../users/user.entity.js';

/** A conversation about a body of data; belongs to one user. */
@Entity('chats')
@Unique('uq_chats_owner', ['userId', 'id'])
@Index('ix_chats_activity', ['userId', 'updatedAt', 'id'])
export class Chat {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_chats' })
  id!: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'fk_chats_user', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text')
  title!: string;

  // Told by the centers above, which this module does not know; so no foreign keys.
  @Column('uuid', { nullable: true })
  latestCentersId!: string | null;

  @Column('uuid', { nullable: true })
  pinnedCentersId!: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  /** The time of the last message or change: lists are sorted by it. */
  @Column({ type: 'timestamptz', precision: 3 })
  updatedAt!: Date;
}
