import { createHash } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

const namespace = '5b0e8a2c-6f5d-4d43-9a52-2f1a7c0c6e11';

/** The id of the order that this caller places with this key, for ever: placing it twice inserts one document twice. */
export function orderIdOf(userId: string, idempotencyKey: string): string {
  return uuidV5(JSON.stringify([userId, idempotencyKey]), namespace);
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The number that people use on the phone: 12 characters of the id's hash, from an alphabet without look-alikes. */
export function orderNumberOf(id: string): string {
  const bits = createHash('sha256').update(id).digest().readBigUInt64BE();
  return Array.from({ length: 12 }, (_, place) => crockford[Number((bits >> BigInt(59 - 5 * place)) & 31n)]).join('');
}
