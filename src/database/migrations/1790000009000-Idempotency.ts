import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Idempotency1790000009000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "idempotency_keys" (
        "user_id" uuid NOT NULL,
        "key" text NOT NULL,
        "route" text NOT NULL,
        "claim" uuid NOT NULL,
        "leased_until" timestamptz(3),
        "content" bytea,
        "answer" jsonb,
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_idempotency_keys" PRIMARY KEY ("user_id", "key"),
        CONSTRAINT "fk_idempotency_keys_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_idempotency_keys_time" ON "idempotency_keys" ("created_at")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "idempotency_keys"`);
  }
}
