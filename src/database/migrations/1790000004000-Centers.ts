import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Centers1790000004000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "centers" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "chat_id" uuid NOT NULL,
        "run_id" uuid,
        "parent_id" uuid,
        "name" text NOT NULL,
        "version" integer NOT NULL,
        "k" integer NOT NULL,
        "columns" jsonb NOT NULL,
        "values" bytea NOT NULL,
        "trained" bytea NOT NULL,
        "metric" text NOT NULL,
        "preparation" jsonb NOT NULL,
        "clusters" jsonb,
        "statistics" bytea,
        "cluster_names" jsonb NOT NULL,
        "id_column" text,
        "inertia" double precision,
        "metrics" jsonb,
        "params" jsonb,
        "seed" bigint,
        "engine_version" text,
        "dataset_sha256" text,
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_centers" PRIMARY KEY ("id"),
        CONSTRAINT "uq_centers_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "uq_centers_chat" UNIQUE ("user_id", "chat_id", "id"),
        CONSTRAINT "uq_centers_version" UNIQUE ("user_id", "chat_id", "version"),
        CONSTRAINT "fk_centers_chat" FOREIGN KEY ("user_id", "chat_id")
          REFERENCES "chats" ("user_id", "id") ON DELETE CASCADE,
        CONSTRAINT "fk_centers_parent" FOREIGN KEY ("parent_id") REFERENCES "centers" ("id") ON DELETE SET NULL,
        CONSTRAINT "fk_centers_parent_owner" FOREIGN KEY ("user_id", "parent_id")
          REFERENCES "centers" ("user_id", "id") DEFERRABLE INITIALLY DEFERRED
      )`);
    await queryRunner.query(`CREATE INDEX "ix_centers_parent" ON "centers" ("parent_id")`);
    await queryRunner.query(`
      CREATE TABLE "centers_counters" (
        "user_id" uuid NOT NULL,
        "chat_id" uuid NOT NULL,
        "last" integer NOT NULL,
        CONSTRAINT "pk_centers_counters" PRIMARY KEY ("user_id", "chat_id"),
        CONSTRAINT "fk_centers_counters_chat" FOREIGN KEY ("user_id", "chat_id")
          REFERENCES "chats" ("user_id", "id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`
      ALTER TABLE "chats" ADD CONSTRAINT "fk_chats_pinned_centers" FOREIGN KEY ("user_id", "id", "pinned_centers_id")
        REFERENCES "centers" ("user_id", "chat_id", "id")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "chats" DROP CONSTRAINT "fk_chats_pinned_centers"`);
    await queryRunner.query(`DROP TABLE "centers_counters"`);
    await queryRunner.query(`DROP TABLE "centers"`);
  }
}
