import { TokenError } from './errors.ts';

/** Returns the present access token. Called before each request and each connection; may fetch a new token. */
export type TokenSource = () => string | Promise<string>;

/** Rejects with TokenError when the source returns no token; with the source's own error when it fails. */
export async function presentToken(source: TokenSource): Promise<string> {
  const token: unknown = await source();
  if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token;
  throw new TokenError(
    'token-missing',
    'token() returned no token: it must return a string of ASCII characters without blanks, or a promise of one',
  );
}
