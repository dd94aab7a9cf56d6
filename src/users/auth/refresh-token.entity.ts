import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Session } from './session.entity.js';

/**
 * A refresh token, living or spent. The spent ones are kept until they expire: one that comes back has been stolen,
 * here or there.
 */
@Entity('refresh_tokens')
@ForeignKey(() => Session, ['userId', 'sessionId'], ['userId', 'id'], {
  name: 'fk_refresh_tokens_session',
  onDelete: 'CASCADE',
})
@Index('ix_refresh_tokens_session', ['userId', 'sessionId'])
@Index('uq_refresh_tokens_parent', ['parentHash'], { unique: true })
export class RefreshToken {
  /** SHA-256 of the token, which itself is stored nowhere. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'pk_refresh_tokens' })
  hash!: Buffer;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  sessionId!: string;

  /** The one that was spent for it; null for the first of a session. */
  @Column('bytea', { nullable: true })
  parentHash!: Buffer | null;

  @Column({ type: 'timestamptz', precision: 3 })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  spentAt!: Date | null;
}
