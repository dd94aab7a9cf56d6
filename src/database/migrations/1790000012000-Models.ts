import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Retrained centers tell where rows moved; a sweep leaves what it found for every k. */
export class Models1790000012000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "centers" ADD "transitions" jsonb`);
    await queryRunner.query(`ALTER TABLE "run_outputs" ADD "sweep" jsonb`);
    await queryRunner.query(`
      CREATE TABLE "run_candidates" (
        "run_id" uuid NOT NULL,
        "k" integer NOT NULL,
        "user_id" uuid NOT NULL,
        "trained" bytea NOT NULL,
        "statistics" bytea NOT NULL,
        "clusters" jsonb NOT NULL,
        "inertia" double precision,
        "metrics" jsonb NOT NULL,
        CONSTRAINT "pk_run_candidates" PRIMARY KEY ("run_id", "k"),
        CONSTRAINT "fk_run_candidates_run" FOREIGN KEY ("user_id", "run_id")
          REFERENCES "runs" ("user_id", "id") ON DELETE CASCADE
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "run_candidates"`);
    await queryRunner.query(`ALTER TABLE "run_outputs" DROP COLUMN "sweep"`);
    await queryRunner.query(`ALTER TABLE "centers" DROP COLUMN "transitions"`);
  }
}
