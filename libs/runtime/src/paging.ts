import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { ServiceError } from './errors.ts';

export interface PageQuery {
  readonly limit: number;
  /** Where the page begins: the position that an earlier page gave as next. */
  readonly after: string | undefined;
}

const maxLimit = 100;
const defaultLimit = 20;

/**
 * Reads `limit` (1 to 100, 20 when absent, unless another is given) and `cursor`, which is taken only from the list, with the filter and by the
 * caller that it was given to. Throws `invalid` (limit-invalid, cursor-invalid).
 */
export function pageQuery(req: Request, whenAbsent = defaultLimit): PageQuery {
  const { cursor } = req.query;
  return { limit: limitOf(req, whenAbsent), after: cursor === undefined ? undefined : boundPosition(req, cursor) };
}

/** Reads `limit` alone. */
export function limitOf({ query: { limit } }: Request, whenAbsent = defaultLimit): number {
  if (limit === undefined) return whenAbsent;
  const wanted = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (wanted >= 1 && wanted <= maxLimit) return wanted;
  throw new ServiceError('invalid', 'limit-invalid', `limit is a whole number from 1 to ${maxLimit}`);
}

/** Answers `{ items, nextCursor }` with a Link to the next page; nextCursor is null on the last one. */
export function sendPage(req: Request, res: Response, items: readonly unknown[], next: string | undefined): void {
  res.json({ items, nextCursor: nextCursorOf(req, res, next) });
}

/** The cursor of the page that begins after `next`, also set as Link; null where this page is the last one. */
export function nextCursorOf(req: Request, res: Response, next: string | undefined): string | null {
  if (next === undefined) return null;
  const cursor = encodeCursor(`${bindingOf(req)}${next}`);
  res.setHeader('Link', `<${withCursor(req.originalUrl, cursor)}>; rel="next"`);
  return cursor;
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

function boundPosition(req: Request, cursor: unknown): string {
  const position = decodeCursor(cursor);
  const binding = bindingOf(req);
  if (position.startsWith(binding)) return position.slice(binding.length);
  throw new ServiceError('invalid', 'cursor-invalid', 'the cursor was given out for another list, filter or caller');
}

/** Names whose list this is and which of it: a position means something there only. */
function bindingOf({ originalUrl, context }: Request): string {
  const { pathname, searchParams } = new URL(originalUrl, 'http://localhost');
  const filter = [...searchParams].filter(([name]) => name !== 'limit' && name !== 'cursor').sort();
  const list = JSON.stringify([pathname, filter, context.caller?.id, context.caller?.role]);
  return `${createHash('sha256').update(list).digest('base64url').slice(0, 16)}.`;
}

function withCursor(originalUrl: string, cursor: string): string {
  const { pathname, searchParams } = new URL(originalUrl, 'http://localhost');
  searchParams.set('cursor', cursor);
  return `${pathname}?${searchParams}`;
}
