import type { EntityManager } from 'typeorm';

/**
 * What is counted against a user's limits is counted by one transaction at a time. The lock goes with the transaction.
 */
export async function lockOwner(manager: EntityManager, userId: string): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [userId]);
}
