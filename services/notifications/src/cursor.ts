import { createHash } from 'node:crypto';
import { decodeCursor, encodeCursor, ServiceError } from '@order-events/runtime';

/** How far a client has read each of its feeds: one position a feed. The client sees it as an opaque cursor. */
export interface Positions {
  readonly user: number;
  readonly admins?: number;
}

/** The cursor is valid for this person only: for another one the same positions mean other messages. */
export function cursorOf(userId: string, { user, admins }: Positions): string {
  return encodeCursor(`${admins === undefined ? user : `${user}.${admins}`}~${bindingOf(userId)}`);
}

/** Throws ServiceError `cursor-invalid` for a value that is no cursor, or that was given to another person. */
export function positionsOf(userId: string, cursor: unknown): Positions {
  // Clients still hold cursors from before cursors named their person.
  const read = /^(\d{1,12})(?:\.(\d{1,12}))?(?:~([\w-]{11}))?$/.exec(decodeCursor(cursor));
  const [, user, admins, binding = bindingOf(userId)] = read ?? [];
  if (!read || binding !== bindingOf(userId)) {
    throw new ServiceError(
      'invalid',
      'cursor-invalid',
      'the cursor is invalid: send one that this service returned to the same person',
    );
  }
  return { user: Number(user), ...(admins !== undefined && { admins: Number(admins) }) };
}

function bindingOf(userId: string): string {
  return createHash('sha256').update(userId).digest('base64url').slice(0, 11);
}
