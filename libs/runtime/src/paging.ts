import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import Type, { type TSchema } from 'typebox';
import { ServiceError } from './errors.ts';
import type { Parameter } from './route.ts';

/** Where a page begins and how long it is: what a store's find takes. */
export interface PageQuery {
  readonly limit: number;
  /** The position that an earlier page gave as next. */
  readonly after?: string;
}

const maxLimit = 100;

/** The query of a list: `limit` (1 to 100) and `cursor`, which is taken only from the list, with the filter and by the caller that it was given to. */
export function pageParameters(limitWhenAbsent = 20) {
  return { limit: limitParameter(limitWhenAbsent), cursor: cursorParameter };
}

export function limitParameter(whenAbsent = 20): Parameter<number> {
  const schema = Type.Integer({ minimum: 1, maximum: maxLimit, default: whenAbsent });
  return { schema, code: 'limit-invalid', wanted: `limit is a whole number from 1 to ${maxLimit}` };
}

const cursorParameter: Parameter<string | undefined> = {
  schema: Type.String(),
  code: 'cursor-invalid',
  wanted: 'the cursor is not one that was given out here',
  read: (cursor, req) => boundPosition(req, cursor),
};

/** The page that a query asks for. */
export function pageIn({ limit, cursor }: { limit: number; cursor: string | undefined }): PageQuery {
  return { limit, ...(cursor !== undefined && { after: cursor }) };
}

/** What sendPage answers. */
export function pageSchema<S extends TSchema>(item: S) {
  return Type.Object({ items: Type.Array(item), nextCursor }, { additionalProperties: false });
}

/** Where the next page begins, as its cursor; null on the last page. */
export const nextCursor = Type.Union([Type.String(), Type.Null()]);

/** Answers `{ items, nextCursor }` with a Link to the next page; nextCursor is null on the last one. */
export function sendPage<T>(
  req: Request,
  res: Response<{ items: readonly T[]; nextCursor: string | null }>,
  items: readonly T[],
  next: string | undefined,
): void {
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
