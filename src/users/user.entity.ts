import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Somebody with an account. */
@Entity('users')
// On lower(username), which TypeORM cannot say: names are unique whatever their case.
@Index('uq_users_username', { synchronize: false })
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  @Column('text')
  username!: string;

  @Column('text', { nullable: true })
  fullName!: string | null;

  /** bcrypt, with its cost and salt. */
  @Column('text')
  passwordHash!: string;

  /** Set by the operator: no sign-in, and every credential is dead. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  disabledAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}
