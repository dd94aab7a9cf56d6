import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeysAndAudit1790000007000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE "api_keys" (
        "id" uuid NOT NULL,
        "user_id" uuid NOT NULL,
        "name" text NOT NULL,
        "prefix" text NOT NULL,
        "hash" bytea NOT NULL,
        "scopes" text[] NOT NULL,
        "expires_at" timestamptz(3),
        "last_used_at" timestamptz(3),
        "created_at" timestamptz(3) NOT NULL,
        CONSTRAINT "pk_api_keys" PRIMARY KEY ("id"),
        CONSTRAINT "uq_api_keys_owner" UNIQUE ("user_id", "id"),
        CONSTRAINT "fk_api_keys_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX "uq_api_keys_hash" ON "api_keys" ("hash")`);
    await queryRunner.query(`
      CREATE TABLE "audit_events" (
        "id" uuid NOT NULL,
        "at" timestamptz(3) NOT NULL,
        "event" text NOT NULL,
        "user_id" uuid,
        "subject_id" uuid,
        "address" text,
        "request_id" text,
        CONSTRAINT "pk_audit_events" PRIMARY KEY ("id")
      )`);
    await queryRunner.query(`CREATE INDEX "ix_audit_events_user" ON "audit_events" ("user_id", "id")`);
    await queryRunner.query(`CREATE INDEX "ix_audit_events_time" ON "audit_events" ("at")`);
    // Append-only, save that a deleted account takes its addresses with it and that old rows may go.
    await queryRunner.query(`
      CREATE FUNCTION "keep_audit_events"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          IF NEW.address IS NULL
            AND (NEW.id, NEW.at, NEW.event, NEW.user_id, NEW.subject_id, NEW.request_id)
              IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.event, OLD.user_id, OLD.subject_id, OLD.request_id)
          THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'DELETE' THEN
          IF OLD.at < now() - interval '90 days' THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER "keep_audit_events" BEFORE UPDATE OR DELETE ON "audit_events"
      FOR EACH ROW EXECUTE FUNCTION "keep_audit_events"()`);
    await queryRunner.query(`
      CREATE TRIGGER "keep_audit_events_whole" BEFORE TRUNCATE ON "audit_events"
      FOR EACH STATEMENT EXECUTE FUNCTION "keep_audit_events"()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE "audit_events"`);
    await queryRunner.query(`DROP FUNCTION "keep_audit_events"`);
    await queryRunner.query(`DROP TABLE "api_keys"`);
  }
}
