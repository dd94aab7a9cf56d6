import { DefaultNamingStrategy, type Table } from 'typeorm';

/** PostgreSQL cuts longer names without a word, and two may then be one. */
const MAX_NAME_BYTES = 63;

/**
 * Names in the database: `snake_case` for what is `camelCase` in the code, and constraints by their table and columns,
 * so that an error of the database says which one it was: `pk_users`, `uq_users_email`, `ix_runs_user_id`,
 * `fk_chats_user_id`.
 */
export class SnakeNamingStrategy extends DefaultNamingStrategy {
  override columnName(property: string, customName: string, embeddedPrefixes: string[]): string {
    return snakeCase([...embeddedPrefixes, customName || property].join('_'));
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }

  override joinTableColumnName(table: string, property: string, column?: string): string {
    return snakeCase(`${table}_${column ?? property}`);
  }

  override primaryKeyName(table: Table | string, columns: string[]): string {
    return this.#named('pk', table, [], super.primaryKeyName(table, columns));
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return this.#named('uq', table, columns, super.uniqueConstraintName(table, columns));
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return this.#named('fk', table, columns, super.foreignKeyName(table, columns));
  }

  override indexName(table: Table | string, columns: string[], where?: string): string {
    const hashed = super.indexName(table, columns, where);
    // Two indexes may differ in their condition alone.
    return where === undefined ? this.#named('ix', table, columns, hashed) : hashed;
  }

  #named(prefix: string, table: Table | string, columns: string[], tooLong: string): string {
    const name = [prefix, this.getTableName(table), ...columns].join('_');
    return Buffer.byteLength(name) > MAX_NAME_BYTES ? tooLong : name;
  }
}

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}
