import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Training1790000005000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "runs" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "chat_id" uuid NOT NULL,
        "dataset_id" uuid,
        "status" text NOT NULL,
        "params" jsonb NOT NULL,
        "progress" jsonb NOT NULL,
        "result" jsonb,
        "error" jsonb,
        "attempts" integer NOT NULL,
        "crashes" integer NOT NULL,
        "created_at" timestamptz(3) NOT NULL,
        "started_at" timestamptz(3),
        "finished_at" timestamptz(3),
        CONSTRAINT "pk_runs" PRIMARY KEY ("id"),
        CONSTRAINT "uq_runs_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "fk_runs_chat" FOREIGN KEY ("user_id", "chat_id")
          REFERENCES "chats" ("user_id", "id") ON DELETE CASCADE,
        CONSTRAINT "fk_runs_dataset" FOREIGN KEY ("dataset_id")
          REFERENCES "datasets" ("id") ON DELETE SET NULL,
        CONSTRAINT "fk_runs_dataset_owner" FOREIGN KEY ("user_id", "dataset_id")
          REFERENCES "datasets" ("user_id", "id") DEFERRABLE INITIALLY DEFERRED
      )`);
    await queryRunner.query(`CREATE INDEX "ix_runs_chat" ON "runs" ("user_id", "chat_id", "id")`);
    await queryRunner.query(`CREATE INDEX "ix_runs_dataset" ON "runs" ("dataset_id")`);
    await queryRunner.query(`
      CREATE TABLE "run_outputs" (
        "run_id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "labels" bytea NOT NULL,
        "projection" jsonb NOT NULL,
        CONSTRAINT "pk_run_outputs" PRIMARY KEY ("run_id"),
        CONSTRAINT "fk_run_outputs_run" FOREIGN KEY ("user_id", "run_id")
          REFERENCES "runs" ("user_id", "id") ON DELETE CASCADE
      )`);
    // Whatever changes a run tells it, the cascade of a deleted chat included: subscribers of its events and the worker
    // that is at it listen. Notifications carry the id alone, and go out when the change is committed.
    await queryRunner.query(`
      CREATE FUNCTION "notify_run_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('run_changed', COALESCE(NEW.id, OLD.id)::text);
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER "runs_changed" AFTER UPDATE OR DELETE ON "runs"
      FOR EACH ROW EXECUTE FUNCTION "notify_run_changed"()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "run_outputs"`);
    await queryRunner.query(`DROP TABLE "runs"`);
    await queryRunner.query(`DROP FUNCTION "notify_run_changed"`);
  }
}
