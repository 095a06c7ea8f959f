import { TokenError } from './errors.js';
/** Rejects with TokenError when the source returns no token; with the source's own error when it fails. */ export async function presentToken(source) {
    const token = await source();
    if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token;
    throw new TokenError('token-missing', 'token() returned no token: it must return a string of ASCII characters without blanks, or a promise of one');
}
