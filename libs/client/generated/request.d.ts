import { type TokenSource } from './token.js';
export interface RequestParts {
    /** Without a slash at its end. */ readonly url: string;
    readonly token: TokenSource;
    /** How long a call is tried in all. */ readonly patienceMs: number;
}
export interface Request {
    readonly method?: 'GET' | 'POST';
    /** '/api/v1/orders' */ readonly path: string;
    /** JSON */ readonly body?: string;
    /** The same on each try, so that trying again does nothing twice. */ readonly key?: string;
    readonly signal?: AbortSignal | undefined;
}
/**
 * Sends it until it is answered: again after a network failure, a 503 or a 429 (not before its Retry-After). Rejects
 * with RefusedError, TokenError, UnansweredError when the patience is over, TypeError for a key that no header holds, or the
 * signal's reason.
 */ export type Send = <T>(request: Request) => Promise<T>;
export declare function createSend({ url, token, patienceMs }: RequestParts): Send;
