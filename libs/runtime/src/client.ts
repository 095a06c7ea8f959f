import { createBreaker } from './breaker.ts';
import type { BreakerStatus } from './breaker-status.ts';
import { AnswerTooLargeError, CalleeFault, faultIn, refusalOf, TokenRefusedError } from './callee-errors.ts';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { readBounded } from './read-bounded.ts';
import type { Tokens } from './token.ts';
import { childOf, currentTrace, formatTraceparent } from './trace.ts';

export interface ClientOptions {
  /** Who is called, as it appears in codes and metrics: 'audit'. */
  readonly callee: string;
  readonly baseUrl: string;
  /** Signs a service token for the callee; left out for what is not one of our services. */
  readonly auth?: Pick<Tokens, 'signServiceToken'>;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Shows a breaker that is not closed as a detail of readiness, with the reason; the service stays ready. */
  readonly health?: Pick<Health, 'add'>;
  /** For the whole call, the answer's body included (default 2 s). */
  readonly timeoutMs?: number;
  /** How long the breaker stays open before it lets a call try (default 5 s). */
  readonly retryAfterMs?: number | undefined;
  /** Largest answer (default 1 MiB). */
  readonly maxResponseBytes?: number;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Calls one other service, through a breaker. Resolves with the parsed answer, which is not checked yet. 400, 404, 409,
 * 410, 412 and 422 reject as ServiceError of that kind with the callee's code and never count against it, nor does an
 * answer that is too large, which is about what was asked: it rejects as AnswerTooLargeError (`unprocessable`). A refused
 * connection or token (401, 403), a timeout, an answer that can't be read and 5xx do, and reject as `unavailable`.
 */
export interface Client {
  /** The path begins with / and has its variable parts encoded. */
  get(path: string, options?: CallOptions): Promise<unknown>;
  post(path: string, body: unknown, options?: CallOptions): Promise<unknown>;
  put(path: string, body: unknown, options?: CallOptions): Promise<unknown>;
  readonly breaker: BreakerStatus;
  stop(): void;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function createClient(options: ClientOptions): Client {
  const { callee, baseUrl, auth, metrics, log, health, timeoutMs = 2_000, retryAfterMs } = options;
  const { maxResponseBytes = 1024 * 1024 } = options;
  const base = baseUrl.replace(/\/$/, '');

  function call({ method, path, body, headers }: Call): Promise<unknown> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const init: RequestInit = {
      method,
      headers: { ...standardHeaders(callee, auth), ...(body === undefined ? {} : json), ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...content,
    };
    return request(new URL(base + path), init);
  }

  async function request(url: URL, init: RequestInit): Promise<unknown> {
    const { status, text } = await exchange(callee, url, init, maxResponseBytes);
    const fault = faultIn(callee, status, auth !== undefined);
    if (fault) throw fault;
    if (status >= 400) throw refusalOf(callee, status, text ?? '');
    if (text === undefined) throw new AnswerTooLargeError(callee, maxResponseBytes);
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch (error) {
      throw new CalleeFault(callee, 'no JSON', error);
    }
  }

  const isFault = (error: unknown) => error instanceof CalleeFault || error instanceof TokenRefusedError;
  const isAbsence = (error: unknown) => isFault(error) && (error as CalleeFault).isAbsence;
  const breaker = createBreaker({ name: callee, call, timeoutMs, isFault, isAbsence, retryAfterMs, metrics, log });
  health?.add(`calls to ${callee}`, () => {
    const { state, reason } = breaker;
    return state === 'closed' ? { ok: true } : { ok: true, detail: `${state}: ${reason ?? 'calls fail'}` };
  });
  return {
    get: (path, { headers } = {}) => breaker.fire({ method: 'GET', path, headers }),
    post: (path, body, { headers } = {}) => breaker.fire({ method: 'POST', path, body, headers }),
    put: (path, body, { headers } = {}) => breaker.fire({ method: 'PUT', path, body, headers }),
    breaker,
    stop: breaker.stop,
  };
}

const json = { 'content-type': 'application/json' };

function standardHeaders(callee: string, auth: ClientOptions['auth']): Record<string, string> {
  const trace = currentTrace();
  return {
    accept: 'application/json',
    ...(auth ? { authorization: `Bearer ${auth.signServiceToken(callee)}` } : {}),
    ...(trace ? { traceparent: formatTraceparent(childOf(trace)) } : {}),
    ...(trace?.tracestate ? { tracestate: trace.tracestate } : {}),
  };
}

async function exchange(callee: string, url: URL, init: RequestInit, maxBytes: number) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await readBounded(response, maxBytes) };
  } catch (error) {
    throw new CalleeFault(callee, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: unknown };
  return String(cause?.code ?? name);
}
