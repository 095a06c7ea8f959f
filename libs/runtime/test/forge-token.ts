import { createHmac } from 'node:crypto';

export const secret = 'a secret of tests that is long enough';
export const issuer = 'tests';

/** A token of any shape, however wrong: the payload may be given as JSON text. Signed with HMAC-SHA256. */
export function forgeToken(
  payload: object | string,
  header: object = { alg: 'HS256', typ: 'JWT' },
  key = secret,
): string {
  const json = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const signed = `${base64url(JSON.stringify(header))}.${base64url(json)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The claims of a person whose token is good for a minute. */
export function claims(more: object = {}): object {
  return { sub: 'anna', iss: issuer, exp: Math.floor(Date.now() / 1000) + 60, ...more };
}

export function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
