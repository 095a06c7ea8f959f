/** RFC 9457, as the services answer. `errors` names each fault of a body by a JSON pointer. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly traceId?: string;
  readonly [member: string]: unknown;
}

/** What ends a call or a watch. `code` is for programs. */
export class ClientError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The service refused the request; repeating it as it is changes nothing. `code` is the problem's: 'product-unknown'. */
export class RefusedError extends ClientError {
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem?.code ?? `http-${status}`, problem?.detail ?? `the service answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * No answer in the time a call has (`unanswered`). Whether it was carried out is unknown: the same call with the same
 * key finds out.
 */
export class UnansweredError extends ClientError {
  constructor(seconds: number, cause: unknown) {
    super('unanswered', `no answer within ${seconds} s`, { cause });
  }
}

/** `token()` gave nothing that can be a token (`token-missing`), or what the service refuses (`token-invalid`). */
export class TokenError extends ClientError {}

/** The stored cursor is none that was given out (`cursor-invalid`): delete it, then watch again. */
export class CursorError extends ClientError {}
