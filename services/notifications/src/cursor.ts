import { createHash } from 'node:crypto';
import { decodeCursor, encodeCursor, ServiceError } from '@order-events/runtime';

/** How far a client has read each feed it may hear: opaque to it, one position a feed. */
export interface Positions {
  readonly user: number;
  readonly admins?: number;
}

/** Of one person: for another one the same positions mean other messages. */
export function cursorOf(userId: string, { user, admins }: Positions): string {
  return encodeCursor(`${admins === undefined ? user : `${user}.${admins}`}~${bindingOf(userId)}`);
}

/** Throws ServiceError `cursor-invalid` for anything that was not given out here, or to somebody else. */
export function positionsOf(userId: string, cursor: unknown): Positions {
  // Those given out before cursors named their person are still out there.
  const read = /^(\d{1,12})(?:\.(\d{1,12}))?(?:~([\w-]{11}))?$/.exec(decodeCursor(cursor));
  const [, user, admins, binding = bindingOf(userId)] = read ?? [];
  if (!read || binding !== bindingOf(userId)) {
    throw new ServiceError('invalid', 'cursor-invalid', 'the cursor is not one that was given out here to this person');
  }
  return { user: Number(user), ...(admins !== undefined && { admins: Number(admins) }) };
}

function bindingOf(userId: string): string {
  return createHash('sha256').update(userId).digest('base64url').slice(0, 11);
}
