import type { Request, Response } from 'express';
import { ServiceError } from './errors.ts';

export interface PageQuery {
  readonly limit: number;
  /** Where the page begins: the position that an earlier page gave as next. */
  readonly after: string | undefined;
}

const maxLimit = 100;
const defaultLimit = 20;

/** Reads `limit` (1 to 100, 20 when absent) and `cursor`. Throws `invalid` (limit-invalid, cursor-invalid). */
export function pageQuery(req: Request): PageQuery {
  const { limit, cursor } = req.query;
  return { limit: parseLimit(limit), after: cursor === undefined ? undefined : decodeCursor(cursor) };
}

/** Answers `{ items, nextCursor }` with a Link to the next page; nextCursor is null on the last one. */
export function sendPage(req: Request, res: Response, items: readonly unknown[], next: string | undefined): void {
  const nextCursor = next === undefined ? null : encodeCursor(next);
  if (nextCursor !== null) res.setHeader('Link', `<${withCursor(req.originalUrl, nextCursor)}>; rel="next"`);
  res.json({ items, nextCursor });
}

/** A position as an opaque, URL-safe string. */
export function encodeCursor(position: string): string {
  return Buffer.from(position, 'utf8').toString('base64url');
}

export function decodeCursor(cursor: unknown): string {
  if (typeof cursor === 'string' && cursor.length > 0 && cursor.length <= 2_048) {
    const position = Buffer.from(cursor, 'base64url').toString('utf8');
    if (encodeCursor(position) === cursor) return position;
  }
  throw new ServiceError('invalid', 'cursor-invalid', 'the cursor is not one that was given out here');
}

function parseLimit(limit: unknown): number {
  if (limit === undefined) return defaultLimit;
  const wanted = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (wanted >= 1 && wanted <= maxLimit) return wanted;
  throw new ServiceError('invalid', 'limit-invalid', `limit is a whole number from 1 to ${maxLimit}`);
}

function withCursor(originalUrl: string, cursor: string): string {
  const { pathname, searchParams } = new URL(originalUrl, 'http://localhost');
  searchParams.set('cursor', cursor);
  return `${pathname}?${searchParams}`;
}
