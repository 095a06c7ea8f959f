import { type TokenSource } from './token.js';
export interface RequestParts {
    /** URL of the gateway, without a slash at its end. */ readonly url: string;
    readonly token: TokenSource;
    /** How long a call is retried in all, in milliseconds. */ readonly patienceMs: number;
}
export interface Request {
    readonly method?: 'GET' | 'POST';
    /** '/api/v1/orders' */ readonly path: string;
    /** JSON */ readonly body?: string;
    /** Idempotency-Key, the same on each try, so that a retry does nothing twice. */ readonly key?: string;
    readonly signal?: AbortSignal | undefined;
}
/**
 * Sends a request until it gets a response: retries after a network failure, a 429, 502, 503 or 504, not before
 * Retry-After. Rejects with RefusedError, TokenError, UnansweredError after `patienceMs`, TypeError for a key that no
 * header can hold, or the signal's reason.
 */ export type Send = <T>(request: Request) => Promise<T>;
export declare function createSend({ url, token, patienceMs }: RequestParts): Send;
