import { type ErrorKind, type Problem, ServiceError } from './errors.ts';

const noListener = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];
const tokenRefused: Readonly<Record<number, string>> = {
  401: 'ACCESS_TOKEN_SECRET or ISSUER differs, or a clock is wrong',
  403: 'it takes such calls of other services only',
};

/** Codes of the 503 that calls of a client and its breaker reject with. */
export const calleeCodes = (callee: string) => ['down', 'failed', 'timeout', 'busy'].map((what) => `${callee}-${what}`);

/** The callee did not answer, or not as it should. */
export class CalleeFault extends ServiceError {
  /** Nobody listens there, or not to us: whatever is asked, nothing was done. */
  readonly isAbsence: boolean;

  constructor(callee: string, what: string, cause?: unknown) {
    const code = what === 'TimeoutError' ? 'timeout' : 'failed';
    super('unavailable', `${callee}-${code}`, `${callee} did not answer as it should (${what})`, { cause });
    this.isAbsence = noListener.includes(what);
  }
}

/** It listens, but not to us. The message tells operators which settings to compare. */
export class TokenRefusedError extends ServiceError {
  readonly isAbsence = true;

  constructor(callee: string, status: number) {
    super('unavailable', `${callee}-failed`, `${callee} refuses our token (${status}): ${tokenRefused[status]}`);
  }
}

/** More was asked for than one answer may hold. The callee works: other calls are none the worse. */
export class AnswerTooLargeError extends ServiceError {
  constructor(callee: string, maxBytes: number) {
    const message = `the answer of ${callee} is larger than ${maxBytes} bytes: ask for less at once`;
    super('unprocessable', `${callee}-answer-too-large`, message);
  }
}

const passedOn: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  404: 'not-found',
  409: 'conflict',
  410: 'gone',
  412: 'precondition-failed',
  422: 'unprocessable',
};

/**
 * What is the callee's fault in a status, whatever was asked of it; undefined where it speaks of the request. Only where we
 * sent a token can a refusal be of the token: a stranger's 403 may be about this one payment.
 */
export function faultIn(callee: string, status: number, sentToken: boolean): ServiceError | undefined {
  if (status >= 500) return new CalleeFault(callee, `status ${status}`);
  return sentToken && status in tokenRefused ? new TokenRefusedError(callee, status) : undefined;
}

/** What another status from 400 to 499 means for whoever called: the callee's own words, or our mistake. */
export function refusalOf(callee: string, status: number, text: string): Error {
  const { code, detail, errors } = problemIn(text);
  const kind = passedOn[status];
  const message = typeof detail === 'string' ? detail : `${callee} refused this (${status})`;
  const named = typeof code === 'string' ? code : `${callee}-refused`;
  if (kind && named !== 'no-such-route') {
    return new ServiceError(kind, named, message, Array.isArray(errors) ? { problems: errors } : {});
  }
  if (status === 429) return new ServiceError('unavailable', `${callee}-busy`, `${callee} has too much to do`);
  // A wrong path, method or key: our own mistake, nothing the caller could mend.
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
