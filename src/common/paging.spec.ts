import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SelectQueryBuilder } from 'typeorm';
import { newId } from './ids.js';
import { type PageQuery, readPage } from './paging.js';

interface Row {
  id: string;
  at: Date;
}

/** Enough of a query builder to page through rows in memory, with the very conditions that the SQL gets. */
function table(rows: Row[]): SelectQueryBuilder<Row> {
  let found = [...rows];
  const compare = (a: Row, b: Row, time: boolean) =>
    (time ? a.at.getTime() - b.at.getTime() : 0) || (a.id < b.id ? -1 : Number(a.id > b.id));
  const query = {
    alias: 'row',
    orderBy(column: string, direction: 'ASC' | 'DESC') {
      const sign = direction === 'ASC' ? 1 : -1;
      found.sort((a, b) => sign * compare(a, b, column === 'row.at'));
      return query;
    },
    addOrderBy: () => query,
    andWhere(condition: string, { cursorId, cursorTime }: { cursorId: string; cursorTime?: string }) {
      const cursor = { id: cursorId, at: new Date(cursorTime ?? 0) };
      const sign = condition.includes('>') ? 1 : -1;
      found = found.filter((row) => sign * compare(row, cursor, cursorTime !== undefined) > 0);
      return query;
    },
    take(count: number) {
      found = found.slice(0, count);
      return query;
    },
    getMany: () => Promise.resolve(found),
  };
  return query as unknown as SelectQueryBuilder<Row>;
}

const rowsOf = (times: number[]): Row[] => times.map((time) => ({ id: newId(), at: new Date(time) }));

describe('readPage', () => {
  it.each([{ time: 'at' }, {}])(
    'shows every row exactly once, in order, whatever the page size (%j)',
    async (order) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }),
          fc.integer({ min: 1, max: 7 }),
          fc.constantFrom('ASC' as const, 'DESC' as const),
          async (times, limit, direction) => {
            const rows = rowsOf(times);
            const whole = await readPage(table(rows), { limit: 100 }, { direction, ...order });
            const seen: Row[] = [];
            let cursor: string | null | undefined;
            do {
              const query: PageQuery = { limit, ...(cursor ? { cursor } : {}) };
              const page = await readPage(table(rows), query, { direction, ...order });
              expect(page.items.length).toBeLessThanOrEqual(limit);
              seen.push(...page.items);
              cursor = page.nextCursor;
            } while (cursor);
            expect(seen).toEqual(whole.items);
            expect(whole.nextCursor).toBeNull();
          },
        ),
      );
    },
  );

  it.each(['', 'x', '%00', Buffer.from('not-a-uuid').toString('base64url'), "' OR 1=1 --"])(
    'refuses a cursor that it never gave: %j',
    async (cursor) => {
      await expect(readPage(table([]), { limit: 1, cursor }, { direction: 'ASC' })).rejects.toMatchObject({
        kind: 'malformed',
        code: 'request.invalid',
        errors: [{ path: 'cursor' }],
      });
    },
  );

  it('refuses the cursor of a list with another order', async () => {
    const page = await readPage(table(rowsOf([1, 2])), { limit: 1 }, { direction: 'ASC' });
    const query = { limit: 1, cursor: page.nextCursor ?? '' };
    await expect(readPage(table([]), query, { direction: 'ASC', time: 'at' })).rejects.toMatchObject({
      kind: 'malformed',
    });
  });
});
