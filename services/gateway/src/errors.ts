import { ServiceError } from '@order-events/runtime';

/** The service can't be reached, or broke off before it had answered. */
export class UpstreamDownError extends ServiceError {
  constructor(cause?: unknown) {
    super('unavailable', 'upstream-down', 'the service behind this path does not answer', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

/** The service took the request and did not answer in time: it may still do what was asked. */
export class UpstreamLateError extends ServiceError {
  constructor(milliseconds: number) {
    const message = `the service behind this path did not answer within ${milliseconds / 1000} s`;
    super('unavailable', 'upstream-late', message, { retryAfterSeconds: 5 });
  }
}

/** As much is open to the service as it may be asked at once: nothing was passed on. */
export class UpstreamFullError extends ServiceError {
  constructor() {
    super('unavailable', 'upstream-full', 'the service behind this path has as much to do as it can take', {
      retryAfterSeconds: 1,
    });
  }
}

/** The bodies that are arriving here together are as large as they may be. */
export class GatewayFullError extends ServiceError {
  constructor() {
    super('unavailable', 'gateway-full', 'too much is being uploaded at the moment', { retryAfterSeconds: 1 });
  }
}

/** The answer had begun and did not come to its end: all that is left is to cut the client's connection, too. */
export class AnswerCutError extends ServiceError {
  constructor(code: 'upstream-cut' | 'client-stalled', cause: unknown) {
    super('unavailable', code, 'an answer broke off', { cause });
  }
}
