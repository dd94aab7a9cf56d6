import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Something that was done, or refused, and by whom. Rows are only ever added: a trigger refuses everything else, save
 * that the address is taken away with the account. They hold no names, and the account is no foreign key, for they
 * outlive it.
 */
@Entity('audit_events')
@Index('ix_audit_events_user', ['userId', 'id'])
@Index('ix_audit_events_time', ['at'])
export class AuditEvent {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_audit_events' })
  id!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('text')
  event!: string;

  /** Null where nobody is known to be concerned, such as for a sign-in with a name that does not exist. */
  @Column('uuid', { nullable: true })
  userId!: string | null;

  /** What it was done to, besides the account: a session, a key, a chat, and so on. */
  @Column('uuid', { nullable: true })
  subjectId!: string | null;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { nullable: true })
  requestId!: string | null;
}
