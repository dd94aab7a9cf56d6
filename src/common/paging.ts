import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { InvalidRequestError } from './validation.js';

/** `?limit=&cursor=` of every list. */
export class PageQuery {
  /** How many items at most. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The same, its items as the text of a JSON array. */
export interface JsonPage {
  items: string;
  nextCursor: string | null;
}

/** What a list is sorted by: a unique id that sorts by age, or a time with the id for ties. */
export interface PageOrder {
  direction: 'ASC' | 'DESC';
  /** Property of a timestamp to sort by before the id. */
  time?: string;
}

/** Reads one page by keyset: no row is shown twice or skipped when others come or go between two pages. */
export async function readPage<T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  { limit, cursor }: PageQuery,
  { direction, time }: PageOrder,
): Promise<Page<T>> {
  const { alias } = query;
  const beyond = direction === 'ASC' ? '>' : '<';
  if (time) query.orderBy(`${alias}.${time}`, direction).addOrderBy(`${alias}.id`, direction);
  else query.orderBy(`${alias}.id`, direction);
  if (cursor !== undefined) {
    const after = decode(cursor, time !== undefined);
    if (time) query.andWhere(`(${alias}.${time}, ${alias}.id) ${beyond} (:cursorTime, :cursorId)`, after);
    else query.andWhere(`${alias}.id ${beyond} :cursorId`, after);
  }
  return toPage(await query.take(limit + 1).getMany(), limit, time);
}

function toPage<T extends { id: string }>(rows: T[], limit: number, time?: keyof T): Page<T> {
  if (rows.length <= limit) return { items: rows, nextCursor: null };
  const items = rows.slice(0, limit);
  const last = items[limit - 1];
  return { items, nextCursor: toCursor(time ? `${last.id} ${(last[time] as Date).toISOString()}` : last.id) };
}

/** The row that a page begins after, when its rows are sorted by time and id. @throws InvalidRequestError */
export function afterTimed(cursor: string): [time: string, id: string] {
  const { cursorTime, cursorId } = decode(cursor, true);
  return [cursorTime!, cursorId];
}

/** The page with each of its items mapped. */
export function mapPage<A, B>(page: Page<A>, map: (item: A) => B): Page<B> {
  return { items: page.items.map(map), nextCursor: page.nextCursor };
}

/** @param last the id of the last row that was shown, with its time in ISO 8601 behind it in lists that are sorted by one */
export function toCursor(last: string): string {
  return Buffer.from(last).toString('base64url');
}

/** The text of a page's JSON. */
export function jsonOf({ items, nextCursor }: JsonPage): string {
  return `{"items":${items},"nextCursor":${JSON.stringify(nextCursor)}}`;
}

function decode(cursor: string, timed: boolean): { cursorId: string; cursorTime?: string } {
  const shape = timed
    ? /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/
    : /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
  const match = shape.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match || (timed && Number.isNaN(Date.parse(match[2])))) {
    throw new InvalidRequestError([{ path: 'cursor', message: 'must be a nextCursor of this list.' }]);
  }
  return { cursorId: match[1], ...(timed ? { cursorTime: match[2] } : {}) };
}
