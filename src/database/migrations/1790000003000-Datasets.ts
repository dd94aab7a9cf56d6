import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Datasets1790000003000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "datasets" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "chat_id" uuid NOT NULL,
        "state" text NOT NULL,
        "name" text NOT NULL,
        "format" text NOT NULL,
        "row_count" integer NOT NULL,
        "columns" jsonb NOT NULL,
        "warnings" jsonb NOT NULL,
        "reading" jsonb NOT NULL,
        "sha256" text NOT NULL,
        "size_bytes" bigint NOT NULL,
        "stored_bytes" bigint NOT NULL,
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_datasets" PRIMARY KEY ("id"),
        CONSTRAINT "uq_datasets_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "fk_datasets_chat" FOREIGN KEY ("user_id", "chat_id")
          REFERENCES "chats" ("user_id", "id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_datasets_chat" ON "datasets" ("user_id", "chat_id", "id")`);
    await queryRunner.query(`
      CREATE TABLE "dataset_blocks" (
        "user_id" uuid NOT NULL,
        "dataset_id" uuid NOT NULL,
        "first_row" integer NOT NULL,
        "bytes" bytea NOT NULL,
        CONSTRAINT "pk_dataset_blocks" PRIMARY KEY ("user_id", "dataset_id", "first_row"),
        CONSTRAINT "fk_dataset_blocks_dataset" FOREIGN KEY ("user_id", "dataset_id")
          REFERENCES "datasets" ("user_id", "id") ON DELETE CASCADE
      )`);
    // Mantissas do not compress: trying would cost more than all the rest of an upload.
    await queryRunner.query(`ALTER TABLE "dataset_blocks" ALTER COLUMN "bytes" SET STORAGE EXTERNAL`);
    await queryRunner.query(`
      CREATE TABLE "dataset_holds" (
        "run_id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "dataset_id" uuid NOT NULL,
        CONSTRAINT "pk_dataset_holds" PRIMARY KEY ("run_id"),
        CONSTRAINT "fk_dataset_holds_dataset" FOREIGN KEY ("user_id", "dataset_id")
          REFERENCES "datasets" ("user_id", "id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_dataset_holds_dataset" ON "dataset_holds" ("user_id", "dataset_id")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "dataset_holds"`);
    await queryRunner.query(`DROP TABLE "dataset_blocks"`);
    await queryRunner.query(`DROP TABLE "datasets"`);
  }
}
