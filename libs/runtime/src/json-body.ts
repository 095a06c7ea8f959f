import express, { type RequestHandler } from 'express';
import { ServiceError } from './errors.ts';

const maxDepth = 32;

/** Codes of the 400, 413 and 415 for bodies. */
export const bodyCodes = ['body-invalid', 'json-broken', 'json-too-deep', 'json-key-refused'];
export const tooLargeCode = 'body-too-large';
export const unsupportedCodes = ['json-only', 'compression-refused'];

/** Reads JSON bodies, and only these, as UTF-8 into req.body; a request without a body has req.body undefined. */
export function jsonBody(limitBytes: number): RequestHandler[] {
  const read = express.raw({ type: () => true, limit: limitBytes, inflate: false });
  return [
    (req, _res, next) => {
      if (hasBody(req.headers)) refuseOtherThanJson(req.headers['content-type']);
      next();
    },
    (req, res, next) => read(req, res, (error?: unknown) => next(error && readError(error, limitBytes))),
    (req, _res, next) => {
      req.body = Buffer.isBuffer(req.body) && req.body.length > 0 ? parseJson(req.body) : undefined;
      next();
    },
  ];
}

/** Throws ServiceError `invalid` for what is not JSON, is nested deeper than 32, or has a key `__proto__`. */
export function parseJson(bytes: Uint8Array): unknown {
  const value = decode(bytes);
  refuseTraps(value, 1);
  return value;
}

function hasBody(headers: Record<string, unknown>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function refuseOtherThanJson(contentType = ''): void {
  if (/^application\/json *(; *charset="?utf-8"? *)?$/i.test(contentType)) return;
  throw new ServiceError('unsupported-media', 'json-only', 'a body must be application/json in UTF-8');
}

function readError(error: unknown, limitBytes: number): unknown {
  const { type } = error as { type?: unknown };
  if (type === 'entity.too.large') {
    return new ServiceError('too-large', 'body-too-large', `a body has at most ${limitBytes} bytes`, { cause: error });
  }
  if (type === 'encoding.unsupported') {
    return new ServiceError('unsupported-media', 'compression-refused', 'a body must not be compressed', {
      cause: error,
    });
  }
  return error;
}

// The parser's own message repeats what was sent, so only the place is told.
function decode(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const place = /at position \d+/.exec(String(error))?.[0];
    throw new ServiceError('invalid', 'json-broken', `the body is not JSON${place ? ` (${place})` : ''}`, {
      cause: error,
    });
  }
}

function refuseTraps(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth)
    throw new ServiceError('invalid', 'json-too-deep', `the body is nested deeper than ${maxDepth}`);
  if (Object.hasOwn(value, '__proto__'))
    throw new ServiceError('invalid', 'json-key-refused', 'the body has a key __proto__');
  for (const each of Object.values(value)) refuseTraps(each, depth + 1);
}
