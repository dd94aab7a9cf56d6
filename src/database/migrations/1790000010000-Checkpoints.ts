import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Checkpoints1790000010000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "run_checkpoints" (
        "run_id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "saved_at" timestamptz(3) NOT NULL,
        "state" bytea NOT NULL,
        CONSTRAINT "pk_run_checkpoints" PRIMARY KEY ("run_id"),
        CONSTRAINT "fk_run_checkpoints_run" FOREIGN KEY ("user_id", "run_id")
          REFERENCES "runs" ("user_id", "id") ON DELETE CASCADE
      )`);
    // Mantissas do not compress.
    await queryRunner.query(`ALTER TABLE "run_checkpoints" ALTER COLUMN "state" SET STORAGE EXTERNAL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "run_checkpoints"`);
  }
}
