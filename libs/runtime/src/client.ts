import { type BreakerStatus, createBreaker } from './breaker.ts';
import { type ErrorKind, type Problem, ServiceError } from './errors.ts';
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
  /** For the whole call, the answer's body included (default 2 s). */
  readonly timeoutMs?: number;
  /** How long the breaker stays open before it lets a call try (default 5 s). */
  readonly retryAfterMs?: number;
  /** Largest answer (default 1 MiB); a larger one is the callee's fault. */
  readonly maxResponseBytes?: number;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Calls one other service, through a breaker. Resolves with the parsed answer, which is not checked yet. 400, 404, 409,
 * 410, 412 and 422 reject as ServiceError of that kind with the callee's code and never count against it; a refused
 * connection, a timeout, an answer that can't be read and 5xx do, and reject as `unavailable`.
 */
export interface Client {
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
  const {
    callee,
    baseUrl,
    auth,
    metrics,
    log,
    timeoutMs = 2_000,
    retryAfterMs,
    maxResponseBytes = 1024 * 1024,
  } = options;
  const breaker = createBreaker({
    name: callee,
    timeoutMs,
    metrics,
    log,
    isFault: (error) => error instanceof CalleeFault,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    call: ({ method, path, body, headers }: Call) =>
      request(
        callee,
        new URL(baseUrl.replace(/\/$/, '') + path),
        {
          method,
          headers: { ...standardHeaders(callee, auth), ...(body === undefined ? {} : json), ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        },
        maxResponseBytes,
      ),
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

/** The callee did not answer, or not as it should. */
class CalleeFault extends ServiceError {
  constructor(callee: string, what: string, cause?: unknown) {
    const code = what === 'TimeoutError' ? 'timeout' : 'failed';
    super('unavailable', `${callee}-${code}`, `${callee} did not answer as it should (${what})`, { cause });
  }
}

async function request(callee: string, url: URL, init: RequestInit, maxBytes: number): Promise<unknown> {
  const { status, text } = await exchange(callee, url, init, maxBytes);
  if (status >= 500) throw new CalleeFault(callee, `status ${status}`);
  if (status >= 400) throw refusalOf(callee, status, text);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new CalleeFault(callee, 'no JSON', error);
  }
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

const passedOn: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  404: 'not-found',
  409: 'conflict',
  410: 'gone',
  412: 'precondition-failed',
  422: 'unprocessable',
};

function refusalOf(callee: string, status: number, text: string): Error {
  const { code, detail, errors } = problemIn(text);
  const kind = passedOn[status];
  const message = typeof detail === 'string' ? detail : `${callee} refused this (${status})`;
  const named = typeof code === 'string' ? code : `${callee}-refused`;
  if (kind) return new ServiceError(kind, named, message, Array.isArray(errors) ? { problems: errors } : {});
  if (status === 429)
    return new ServiceError('unavailable', `${callee}-busy`, `${callee} has too many requests at the moment`);
  // A refused token, a wrong method: our own mistake, nothing the caller could mend.
  return new Error(`${callee} refused our call: ${status} ${named}`);
}

// Whatever stands between may answer with something else than our problem documents.
function problemIn(text: string): { code?: unknown; detail?: unknown; errors?: readonly Problem[] } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
