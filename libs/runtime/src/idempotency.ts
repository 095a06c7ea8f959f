import type { Request } from 'express';
import { ServiceError } from './errors.ts';
import type { Header } from './route.ts';

/** For a route that creates: the same key and body get the first answer again. */
export const idempotencyKey: Header<string> = {
  name: 'Idempotency-Key',
  required: true,
  description: 'names the request, such as a new UUID: its repeat gets the same answer',
  codes: ['idempotency-key-missing', 'idempotency-key-invalid'],
  read: idempotencyKeyOf,
};

/** The request's Idempotency-Key, as draft-ietf-httpapi-idempotency-key-header has it: quoted; bare is accepted too. */
export function idempotencyKeyOf(req: Request): string {
  return parseIdempotencyKey(req.headers['idempotency-key']);
}

/** Throws `invalid` (idempotency-key-missing, idempotency-key-invalid). The quoted and the bare form are the same key. */
export function parseIdempotencyKey(header: unknown): string {
  if (header === undefined || header === '') {
    throw new ServiceError(
      'invalid',
      'idempotency-key-missing',
      'this request needs an Idempotency-Key header, such as a new UUID',
    );
  }
  const key = typeof header === 'string' ? (quoted(header) ?? bare(header)) : undefined;
  if (key) return key;
  throw new ServiceError(
    'invalid',
    'idempotency-key-invalid',
    'an Idempotency-Key is one quoted string of 1 to 255 ASCII characters',
  );
}

function quoted(header: string): string | undefined {
  const content = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,510})"$/.exec(header)?.[1];
  const key = content?.replace(/\\(.)/g, '$1');
  return key && key.length <= 255 ? key : undefined;
}

// No comma and no space: two headers arrive joined by them.
function bare(header: string): string | undefined {
  return /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255}$/.test(header) ? header : undefined;
}
