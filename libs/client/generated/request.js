import { RefusedError, TokenError, UnansweredError } from './errors.js';
import { backoff, pause } from './pause.js';
import { presentToken } from './token.js';
const attemptMs = 15_000;
/** Statuses after which a retry may succeed. */ const passing = [
    429,
    502,
    503,
    504
];
const inAHeader = /^[ -~]*$/;
export function createSend({ url, token, patienceMs }) {
    return async (request)=>{
        if (!inAHeader.test(request.key ?? '')) throw new TypeError('key must be of ASCII characters');
        const deadline = Date.now() + patienceMs;
        let refusedToken = false;
        for(let failures = 0;; failures++){
            const outcome = await attempt(request);
            if ('answer' in outcome) return outcome.answer;
            const { error, retryAfterMs = 0 } = outcome;
            const pauseMs = Math.max(retryAfterMs, backoff(failures));
            // The token may have expired on its way: a new one is tried once.
            const tryToken = isTokenRefused(error) && !refusedToken;
            refusedToken ||= tryToken;
            if (!tryToken && !isPassing(error)) throw error;
            if (Date.now() + pauseMs > deadline) throw givenUp(error);
            await pause(pauseMs, request.signal);
        }
    };
    function givenUp(error) {
        return error instanceof RefusedError ? error : new UnansweredError(patienceMs / 1000, error);
    }
    async function attempt(request) {
        request.signal?.throwIfAborted();
        try {
            const response = await fetch(url + request.path, await init(request));
            const text = await response.text();
            if (response.ok) return {
                answer: JSON.parse(text)
            };
            const retryAfterMs = retryAfterOf(response);
            const error = new RefusedError(response.status, problemOf(text));
            return {
                error,
                ...retryAfterMs !== undefined && {
                    retryAfterMs
                }
            };
        } catch (error) {
            request.signal?.throwIfAborted();
            return {
                error
            };
        }
    }
    async function init({ method = 'GET', body, key, signal }) {
        const within = AbortSignal.timeout(attemptMs);
        return {
            method,
            headers: {
                authorization: `Bearer ${await presentToken(token)}`,
                ...body !== undefined && {
                    'content-type': 'application/json'
                },
                ...key !== undefined && {
                    'idempotency-key': key
                }
            },
            ...body !== undefined && {
                body
            },
            signal: signal ? AbortSignal.any([
                signal,
                within
            ]) : within
        };
    }
}
const isTokenRefused = (error)=>error instanceof RefusedError && error.status === 401;
function isPassing(error) {
    if (error instanceof TokenError) return false;
    return !(error instanceof RefusedError) || passing.includes(error.status);
}
/** Seconds, or a date. */ function retryAfterOf({ headers }) {
    const value = headers.get('retry-after');
    if (value === null) return undefined;
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
function problemOf(text) {
    try {
        const problem = JSON.parse(text);
        return typeof problem?.code === 'string' ? problem : undefined;
    } catch  {
        return undefined;
    }
}
