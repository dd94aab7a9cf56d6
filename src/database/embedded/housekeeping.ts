import type { Session } from './session.js';

/** So much log is replayed after a kill, at most about; PostgreSQL calls it `max_wal_size`. */
export const MAX_LOG_MB = 128;

const LOG_SINCE_CHECKPOINT = `
  SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) / 2 ^ 20 AS mb FROM pg_control_checkpoint()`;

/**
 * The table most in need, by the thresholds of PostgreSQL's own autovacuum (its documentation, "The Autovacuum Daemon"),
 * and what it needs. What lies out of line, in the table's TOAST table, counts by itself.
 */
const MOST_IN_NEED = `
  SELECT format('%s %I.%I', CASE WHEN bool_or(dead) THEN 'VACUUM (ANALYZE)' ELSE 'ANALYZE' END, nspname, relname) AS sql
  FROM (
    SELECT n.nspname, c.relname, s.n_dead_tup,
      s.n_dead_tup > 50 + 0.2 * s.n_live_tup AS dead,
      s.relid = c.oid AND s.n_mod_since_analyze > 50 + 0.1 * s.n_live_tup AS changed
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_stat_all_tables s ON s.relid IN (c.oid, c.reltoastrelid)
    WHERE c.relkind = 'r'
  ) tables
  WHERE dead OR changed
  GROUP BY nspname, relname
  ORDER BY max(n_dead_tup) DESC
  LIMIT 1`;

/**
 * Does what PostgreSQL has background processes for, and the embedded database has not: without it the log would grow
 * for ever, and the room of deleted rows would never be used again. One table at a time, for everybody waits.
 */
export async function keepHouse(session: Session): Promise<void> {
  const [log] = await session.select<{ mb: string }>(LOG_SINCE_CHECKPOINT);
  if (Number(log.mb) > MAX_LOG_MB / 2) await session.execute('CHECKPOINT');
  const [need] = await session.select<{ sql: string } | undefined>(MOST_IN_NEED);
  if (need) await session.execute(need.sql);
}
