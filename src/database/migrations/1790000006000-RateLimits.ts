import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RateLimits1790000006000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE "rate_limits" (
        "subject" bytea NOT NULL,
        "count" integer NOT NULL,
        "resets_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_rate_limits" PRIMARY KEY ("subject")
      ) WITH (fillfactor = 50)`);
    await queryRunner.query(`CREATE INDEX "ix_rate_limits_reset" ON "rate_limits" ("resets_at")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "rate_limits"`);
  }
}
