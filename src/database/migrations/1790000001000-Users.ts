import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Users1790000001000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "users" (
        "id" uuid NOT NULL,
        "username" text NOT NULL,
        "full_name" text,
        "password_hash" text NOT NULL,
        "disabled_at" timestamptz(3),
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_users" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX "uq_users_username" ON "users" (lower("username"))`);
    await queryRunner.query(`
      CREATE TABLE "sessions" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "user_agent" text,
        "address" text NOT NULL,
        "created_at" timestamptz(3) NOT NULL,
        "last_used_at" timestamptz(3) NOT NULL,
        "expires_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_sessions" PRIMARY KEY ("id"),
        CONSTRAINT "uq_sessions_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "fk_sessions_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`
      CREATE TABLE "refresh_tokens" (
        "hash" bytea NOT NULL,
        "user_id" uuid NOT NULL,
        "session_id" uuid NOT NULL,
        "parent_hash" bytea,
        "expires_at" timestamptz(3) NOT NULL,
        "spent_at" timestamptz(3),
        CONSTRAINT "pk_refresh_tokens" PRIMARY KEY ("hash"),
        CONSTRAINT "fk_refresh_tokens_session" FOREIGN KEY ("user_id", "session_id")
          REFERENCES "sessions" ("user_id", "id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_refresh_tokens_session" ON "refresh_tokens" ("user_id", "session_id")`);
    await queryRunner.query(`CREATE UNIQUE INDEX "uq_refresh_tokens_parent" ON "refresh_tokens" ("parent_hash")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "refresh_tokens"`);
    await queryRunner.query(`DROP TABLE "sessions"`);
    await queryRunner.query(`DROP TABLE "users"`);
  }
}
