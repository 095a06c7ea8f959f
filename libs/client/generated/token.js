import { TokenError } from './errors.js';
/** Rejects with TokenError when that gives nothing that can be a token; with its own error when it fails. */ export async function presentToken(source) {
    const token = await source();
    if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token;
    throw new TokenError('token-missing', 'token() gave no token: it returns a string of ASCII characters without blanks, or a promise of one');
}
