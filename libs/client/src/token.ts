import { TokenError } from './errors.ts';

/** Gives the present access token. Asked before each request and each connection; may fetch a fresh one. */
export type TokenSource = () => string | Promise<string>;

/** Rejects with TokenError when that gives nothing that can be a token; with its own error when it fails. */
export async function presentToken(source: TokenSource): Promise<string> {
  const token: unknown = await source();
  if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token;
  throw new TokenError(
    'token-missing',
    'token() gave no token: it returns a string of ASCII characters without blanks, or a promise of one',
  );
}
