import { decodeCursor, encodeCursor } from '@order-events/runtime';

/** How far a client has read each feed it may hear: opaque to it, one position a feed. */
export interface Positions {
  readonly user: number;
  readonly admins?: number;
}

export function cursorOf({ user, admins }: Positions): string {
  return encodeCursor(admins === undefined ? `${user}` : `${user}.${admins}`);
}

/** Throws ServiceError `cursor-invalid` for anything that was not given out here. */
export function positionsOf(cursor: unknown): Positions {
  const read = /^(\d{1,12})(?:\.(\d{1,12}))?$/.exec(decodeCursor(cursor));
  if (!read) return positionsOf(undefined);
  return { user: Number(read[1]), ...(read[2] !== undefined && { admins: Number(read[2]) }) };
}
