import jwt from 'jsonwebtoken';

const MONTH = 30 * 24 * 60;

interface Issuer {
  readonly ACCESS_TOKEN_SECRET?: string | undefined;
  readonly ISSUER?: string | undefined;
}

/** An access token as your login service would issue it, or has issued it, good for 30 days unless said otherwise. */
export function personToken(
  { ACCESS_TOKEN_SECRET = '', ISSUER = '' }: Issuer,
  sub: string,
  role: 'user' | 'admin',
  { issued = new Date(), minutes = MONTH } = {},
): string {
  return jwt.sign({ role, iat: Math.floor(issued.getTime() / 1_000) }, ACCESS_TOKEN_SECRET, {
    algorithm: 'HS256',
    issuer: ISSUER,
    subject: sub,
    expiresIn: minutes * 60,
  });
}
