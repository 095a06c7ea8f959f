/** What went wrong, in the words that decide the HTTP status and the outcome of a message, once, at the doors. */
const statusByKind = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'too-large': 413,
  'unsupported-media': 415,
  unprocessable: 422,
  'rate-limited': 429,
  unavailable: 503,
} as const;

export type ErrorKind = keyof typeof statusByKind;

/** One fault in a body: where (JSON pointer, '' is the whole body) and what. */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}

export interface ServiceErrorOptions extends ErrorOptions {
  readonly problems?: readonly Problem[];
  /** Sent as Retry-After; for `unavailable` and `rate-limited`. */
  readonly retryAfterSeconds?: number;
  /** Further members of the problem document: what a program needs to react, such as the legal next states. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** An outcome that callers are told about. Code and message leave the service, so they hold nothing private. */
export class ServiceError extends Error {
  readonly kind: ErrorKind;
  /** Kebab-case, stable, for programs: 'product-unknown'. */
  readonly code: string;
  readonly problems: readonly Problem[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: ServiceErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.kind = kind;
    this.code = code;
    this.problems = options.problems;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extra = options.extra;
  }
}

/** The kind an error declares, whatever its class; undefined means a bug or something foreign. */
export function kindOf(error: unknown): ErrorKind | undefined {
  const kind = (error as { kind?: unknown } | null | undefined)?.kind;
  return typeof kind === 'string' && Object.hasOwn(statusByKind, kind) ? (kind as ErrorKind) : undefined;
}

/** The HTTP status that answers an error: 500 when it declares no kind. */
export function statusOf(error: unknown): number {
  const kind = kindOf(error);
  return kind ? statusByKind[kind] : 500;
}
