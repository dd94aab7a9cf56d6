import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { User } from '../user.entity.js';
import type { Scope } from './principal.js';

/** What a program signs its requests with, for a user and within scopes. */
@Entity('api_keys')
@Unique('uq_api_keys_owner', ['userId', 'id'])
@Index('uq_api_keys_hash', ['hash'], { unique: true })
export class ApiKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_api_keys' })
  id!: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'fk_api_keys_user', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text')
  name!: string;

  /** How the key begins, for its owner to know it by. */
  @Column('text')
  prefix!: string;

  /** SHA-256 of the key, which itself is stored nowhere. */
  @Column('bytea')
  hash!: Buffer;

  @Column('text', { array: true })
  scopes!: Scope[];

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  expiresAt!: Date | null;

  /** To the minute. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  lastUsedAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
