import { Client, type CustomTypesConfig, escapeIdentifier } from 'pg';

/** Rows at a time; blocks of data sets have some hundred kilobytes. */
const STEP = 100;
/** PostgreSQL's limit of parameters in a statement. */
const MAX_PARAMETERS = 65_000;

/** The other database is not as it has to be. */
export class CopyRefusedError extends Error {}

/** Values as PostgreSQL writes them: read and written back, every type keeps what it was to the last digit. */
const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (value: string) => value };

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

/**
 * Copies all rows of all tables of the schema `public` to another database with the same, empty tables, in one
 * transaction: all of it arrives, or nothing.
 *
 * @returns how many rows of each table
 * @throws CopyRefusedError when there is anything in the other database
 */
export async function copyTables(from: string, to: string, leftOut: string[]): Promise<Map<string, number>> {
  const source = new Client({ connectionString: from, types: AS_TEXT });
  const target = new Client({ connectionString: to, types: AS_TEXT });
  const counts = new Map<string, number>();
  await source.connect();
  try {
    await target.connect();
    await source.query('BEGIN');
    await target.query('BEGIN');
    const tables = (await readTables(target)).filter((table) => !leftOut.includes(table));
    for (const table of tables) {
      const { rowCount } = await target.query(`SELECT 1 FROM ${escapeIdentifier(table)} LIMIT 1`);
      if (rowCount) throw new CopyRefusedError(`The table ${table} at DATABASE_URL holds rows; it has to be empty.`);
    }
    // Tables refer to each other in circles. The keys come back, and are checked, when all rows are there.
    const keys = await readForeignKeys(target);
    for (const { table, name } of keys) await target.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
    for (const table of tables) counts.set(table, await copyTable(source, target, table));
    for (const { table, name, definition } of keys) {
      await target.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
    }
    await target.query('COMMIT');
    return counts;
  } finally {
    await source.end();
    // What was not committed goes with the connection.
    await target.end();
  }
}

async function readTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  return rows.map(({ tablename }) => tablename);
}

async function readForeignKeys(client: Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT conrelid::regclass::text AS "table", quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
  );
  return rows;
}

async function copyTable(source: Client, target: Client, table: string): Promise<number> {
  const name = escapeIdentifier(table);
  const { rows: columns } = await target.query<{ column: string }>(
    `SELECT quote_ident(column_name) AS "column" FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`,
    [table],
  );
  const list = columns.map(({ column }) => column).join(', ');
  const step = Math.min(STEP, Math.floor(MAX_PARAMETERS / columns.length));
  await source.query(`DECLARE reading NO SCROLL CURSOR FOR SELECT ${list} FROM ${name}`);
  let copied = 0;
  for (;;) {
    const { rows } = await source.query<(string | null)[]>({ text: `FETCH ${step} FROM reading`, rowMode: 'array' });
    if (rows.length === 0) break;
    const places = rows.map((row, r) => `(${row.map((_, c) => `$${r * row.length + c + 1}`).join(', ')})`);
    await target.query(`INSERT INTO ${name} (${list}) VALUES ${places.join(', ')}`, rows.flat());
    copied += rows.length;
  }
  await source.query('CLOSE reading');
  return copied;
}
