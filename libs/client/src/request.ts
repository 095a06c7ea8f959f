import { type Problem, RefusedError, TokenError, UnansweredError } from './errors.ts';
import { backoff, pause } from './pause.ts';
import { presentToken, type TokenSource } from './token.ts';

const attemptMs = 15_000;
/** Statuses after which a retry may succeed. */
const passing: readonly number[] = [429, 502, 503, 504];
const inAHeader = /^[ -~]*$/;

export interface RequestParts {
  /** URL of the gateway, without a slash at its end. */
  readonly url: string;
  readonly token: TokenSource;
  /** How long a call is retried in all, in milliseconds. */
  readonly patienceMs: number;
}

export interface Request {
  readonly method?: 'GET' | 'POST';
  /** '/api/v1/orders' */
  readonly path: string;
  /** JSON */
  readonly body?: string;
  /** Idempotency-Key, the same on each try, so that a retry does nothing twice. */
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request until it gets a response: retries after a network failure, a 429, 502, 503 or 504, not before
 * Retry-After. Rejects with RefusedError, TokenError, UnansweredError after `patienceMs`, TypeError for a key that no
 * header can hold, or the signal's reason.
 */
export type Send = <T>(request: Request) => Promise<T>;

export function createSend({ url, token, patienceMs }: RequestParts): Send {
  return async <T>(request: Request): Promise<T> => {
    if (!inAHeader.test(request.key ?? '')) throw new TypeError('key must be of ASCII characters');
    const deadline = Date.now() + patienceMs;
    let refusedToken = false;
    for (let failures = 0; ; failures++) {
      const outcome = await attempt(request);
      if ('answer' in outcome) return outcome.answer as T;
      const { error, retryAfterMs = 0 } = outcome;
      const pauseMs = Math.max(retryAfterMs, backoff(failures));
      // The token may have expired on its way: a new one is tried once.
      const tryToken: boolean = isTokenRefused(error) && !refusedToken;
      refusedToken ||= tryToken;
      if (!tryToken && !isPassing(error)) throw error;
      if (Date.now() + pauseMs > deadline) throw givenUp(error);
      await pause(pauseMs, request.signal);
    }
  };

  function givenUp(error: unknown): unknown {
    return error instanceof RefusedError ? error : new UnansweredError(patienceMs / 1000, error);
  }

  async function attempt(request: Request): Promise<{ answer: unknown } | { error: unknown; retryAfterMs?: number }> {
    request.signal?.throwIfAborted();
    try {
      const response = await fetch(url + request.path, await init(request));
      const text = await response.text();
      if (response.ok) return { answer: JSON.parse(text) };
      const retryAfterMs = retryAfterOf(response);
      const error = new RefusedError(response.status, problemOf(text));
      return { error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    } catch (error) {
      request.signal?.throwIfAborted();
      return { error };
    }
  }

  async function init({ method = 'GET', body, key, signal }: Request): Promise<RequestInit> {
    const within = AbortSignal.timeout(attemptMs);
    return {
      method,
      headers: {
        authorization: `Bearer ${await presentToken(token)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body }),
      signal: signal ? AbortSignal.any([signal, within]) : within,
    };
  }
}

const isTokenRefused = (error: unknown) => error instanceof RefusedError && error.status === 401;

function isPassing(error: unknown): boolean {
  if (error instanceof TokenError) return false;
  return !(error instanceof RefusedError) || passing.includes(error.status);
}

/** Seconds, or a date. */
function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

function problemOf(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text);
    return typeof problem?.code === 'string' ? problem : undefined;
  } catch {
    return undefined;
  }
}
