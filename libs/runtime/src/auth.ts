import type { Request, RequestHandler } from 'express';
import { kindOf, ServiceError } from './errors.ts';
import { type Caller, createTokens, type TokenOptions, type Tokens } from './token.ts';

/** A middleware that lets the right callers pass, as `req.context.caller`. */
export interface Guard extends RequestHandler {
  readonly admit: (token: string | undefined) => Caller;
}

/** Codes of a 401, and of the 403 for anybody but the named services. */
export const tokenCodes = [
  'token-missing',
  'token-expired',
  'token-invalid',
  'token-audience',
  'token-subject-personal',
];
export const serviceRefusalCodes = ['services-only', 'caller-not-allowed'];

export interface Auth extends Tokens {
  /** Any person with a valid token. */
  person(): Guard;
  /** A person with the role admin; another person gets 403. */
  admin(): Guard;
  /** One of these services, by name; another one gets 403. */
  service(...callers: readonly string[]): Guard;
  /** Whom one of these would let pass. */
  anyOf(...guards: readonly Guard[]): Guard;
}

export function createAuth(options: TokenOptions): Auth {
  const tokens = createTokens(options);
  return {
    ...tokens,
    person: () => guard(tokens.verifyPerson),
    admin: () => guard((token) => adminOnly(tokens.verifyPerson(token))),
    service: (...callers) => guard((token) => oneOf(callers, tokens.verifyService(token))),
    anyOf: (...guards) => guard((token) => firstAdmitted(guards, token)),
  };
}

/** The caller that a guard before this handler let pass. */
export function callerOf(req: Request): Caller {
  const { caller } = req.context;
  if (!caller) throw new Error(`${req.method} ${req.route?.path} reads its caller but has no guard`);
  return caller;
}

function guard(admit: Guard['admit']): Guard {
  const middleware: RequestHandler = (req, _res, next) => {
    req.context.caller = admit(bearerToken(req.headers.authorization));
    next();
  };
  return Object.assign(middleware, { admit });
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}

function adminOnly(caller: Caller): Caller {
  if (caller.role === 'admin') return caller;
  throw new ServiceError('forbidden', 'admin-only', 'this needs the role admin');
}

function oneOf(callers: readonly string[], caller: Caller): Caller {
  if (callers.includes(caller.id)) return caller;
  throw new ServiceError('forbidden', 'caller-not-allowed', `the service ${caller.id} may not call this`);
}

// Forbidden says more than unauthenticated: the token was good, for somebody else.
function firstAdmitted(guards: readonly Guard[], token: string | undefined): Caller {
  const refusals: unknown[] = [];
  for (const { admit } of guards) {
    try {
      return admit(token);
    } catch (error) {
      refusals.push(error);
    }
  }
  throw refusals.find((refusal) => kindOf(refusal) === 'forbidden') ?? refusals[0];
}
