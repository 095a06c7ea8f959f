import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import Type, { type Static } from 'typebox';
import { type ErrorKind, kindOf, type Problem, ServiceError, statusOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { mask, maskText } from './mask.ts';
import type { RequestContext } from './request-context.ts';

/** RFC 9457. `errors` names each fault of a body; further members come from the error's `extra`. */
export const problemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String(),
  code: Type.String({ description: 'for programs; stable' }),
  errors: Type.Optional(
    Type.Array(
      Type.Object({ pointer: Type.String({ description: 'JSON pointer into the body' }), message: Type.String() }),
    ),
  ),
  traceId: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
});
export type ProblemDocument = Readonly<Static<typeof problemSchema>> & { readonly [member: string]: unknown };

type Where = Pick<RequestContext, 'requestId' | 'traceId'>;

/** What an error may tell the outside: a bug tells nothing, personal data is masked. */
export function problemOf(error: unknown, where?: Where): ProblemDocument {
  const { code, detail, problems, extra } = told(error);
  const status = statusOf(error);
  return {
    ...(mask(extra ?? {}) as object),
    type: `urn:order-events:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: maskText(detail),
    code,
    ...(problems
      ? { errors: problems.map(({ pointer, message }) => ({ pointer: maskText(pointer), message: maskText(message) })) }
      : {}),
    ...(where ? { traceId: where.traceId, instance: `urn:uuid:${where.requestId}` } : {}),
  };
}

/** Answers with the problem. Where an answer has begun already it can only be cut. */
export function sendProblem(res: ServerResponse, error: unknown, where?: Where): ProblemDocument {
  const problem = problemOf(error, where);
  if (res.headersSent) {
    res.destroy();
    return problem;
  }
  const retryAfter = retryAfterOf(error);
  res.statusCode = problem.status;
  if (retryAfter !== undefined) res.setHeader('Retry-After', String(retryAfter));
  if (problem.status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  res.setHeader('Content-Type', 'application/problem+json');
  res.end(JSON.stringify(problem));
  return problem;
}

/** The last middleware: every error of a request ends here and is logged here, once. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown, req, res, _next) => {
    const error = ofExpress(thrown);
    const { code, status } = sendProblem(res, error, req.context);
    res.locals.code = code;
    const { route = req.route?.path, upstream } = res.locals;
    // Names the order where there is one.
    const path = req.originalUrl.split('?')[0]?.slice(0, 256);
    const fields = { method: req.method, path, route, upstream, requestId: req.context.requestId, code, error };
    if (status === 500) log.error('request failed', fields);
    if (status === 503) log.warn('request not served', fields);
  };
}

const retryUnavailableAfter = 5;

function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof ServiceError && error.retryAfterSeconds !== undefined) return Math.ceil(error.retryAfterSeconds);
  return kindOf(error) === 'unavailable' ? retryUnavailableAfter : undefined;
}

interface Told {
  readonly code: string;
  readonly detail: string;
  readonly problems?: readonly Problem[] | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

function told(error: unknown): Told {
  if (error instanceof ServiceError) return { ...error, detail: error.message };
  const kind = kindOf(error);
  if (!kind)
    return { code: 'internal-error', detail: 'something went wrong on our side; the trace id finds it in our logs' };
  return { code: kind, detail: detailOf(kind, error) };
}

// A store or a broker that is down speaks of hosts and files; that is for the log.
function detailOf(kind: ErrorKind, error: unknown): string {
  if (kind === 'unavailable') return 'something this needs is not available at the moment';
  return error instanceof Error ? error.message : kind;
}

// A path that can't be decoded is the only 4xx that Express itself throws.
function ofExpress(error: unknown): unknown {
  const { status } = (error ?? {}) as { status?: unknown };
  if (kindOf(error) || status !== 400) return error;
  return new ServiceError('invalid', 'request-malformed', 'the request is malformed', { cause: error });
}
