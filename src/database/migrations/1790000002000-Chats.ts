import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Chats1790000002000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "chats" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "title" text NOT NULL,
        "latest_centers_id" uuid,
        "pinned_centers_id" uuid,
        "created_at" timestamptz(3) NOT NULL,
        "updated_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_chats" PRIMARY KEY ("id"),
        CONSTRAINT "uq_chats_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "fk_chats_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_chats_activity" ON "chats" ("user_id", "updated_at", "id")`);
    await queryRunner.query(`
      CREATE TABLE "messages" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "chat_id" uuid NOT NULL,
        "author" text NOT NULL,
        "kind" text NOT NULL,
        "text" text NOT NULL,
        "dataset_id" uuid,
        "run_id" uuid,
        "centers_id" uuid,
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_messages" PRIMARY KEY ("id"),
        CONSTRAINT "fk_messages_chat" FOREIGN KEY ("user_id", "chat_id")
          REFERENCES "chats" ("user_id", "id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX "ix_messages_chat" ON "messages" ("user_id", "chat_id", "id")`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "messages"`);
    await queryRunner.query(`DROP TABLE "chats"`);
  }
}
