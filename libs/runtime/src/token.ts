import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { ServiceError } from './errors.ts';

/** Who calls: a person (`id` is the token's sub) or another service (`id` is its name). */
export interface Caller {
  readonly id: string;
  readonly role: 'user' | 'admin' | 'service';
  readonly expiresAt: Date;
}

export interface TokenOptions {
  /** ACCESS_TOKEN_SECRET */
  readonly secret: string;
  readonly issuer: string;
  /** This service's name: the audience of tokens for it, the subject of those it signs. */
  readonly service: string;
  readonly clock?: () => Date;
}

export interface Tokens {
  /** Throws `unauthenticated` (token-missing, token-expired, token-invalid). */
  verifyPerson(token: string | undefined): Caller;
  /** The same, for a token that another service signed for this one. */
  verifyService(token: string | undefined): Caller;
  /** A token that lets this service call another one for the next minute. */
  signServiceToken(callee: string): string;
}

const serviceTokenSeconds = 60;
const skewSeconds = 5;
const servicePrefix = 'svc:';

export function createTokens({ secret, issuer, service, clock = () => new Date() }: TokenOptions): Tokens {
  const key = createSecretKey(secret, 'utf8');
  const now = () => Math.floor(clock().getTime() / 1000);
  const read = (token: string | undefined) => readClaims(token, { key, issuer, now: now() });

  return {
    verifyPerson(token) {
      const { sub, exp, aud, role } = read(token);
      if (sub.startsWith(servicePrefix) || role === 'service' || isForService(aud)) throw invalidToken();
      return { id: sub, role: role === 'admin' ? 'admin' : 'user', expiresAt: new Date(exp * 1000) };
    },
    verifyService(token) {
      const { sub, exp, iat, aud, role } = read(token);
      const short = iat !== undefined && exp - iat <= serviceTokenSeconds;
      if (role !== 'service' || aud !== servicePrefix + service || !sub.startsWith(servicePrefix) || !short) {
        throw new ServiceError('forbidden', 'services-only', 'only another service may call this, with a token for it');
      }
      return { id: sub.slice(servicePrefix.length), role: 'service', expiresAt: new Date(exp * 1000) };
    },
    signServiceToken(callee) {
      const claims = { sub: servicePrefix + service, aud: servicePrefix + callee, iss: issuer, role: 'service' };
      const iat = now();
      return jwt.sign({ ...claims, iat, exp: iat + serviceTokenSeconds }, key, { algorithm: 'HS256' });
    },
  };
}

interface Claims {
  readonly sub: string;
  readonly exp: number;
  readonly iat: number | undefined;
  readonly aud: unknown;
  readonly role: unknown;
}

function readClaims(token: string | undefined, check: { key: KeyObject; issuer: string; now: number }): Claims {
  if (!token)
    throw new ServiceError('unauthenticated', 'token-missing', 'an access token is needed (Authorization: Bearer …)');
  const { header, payload } = verified(token, check);
  const { sub, exp, iat, aud, role } = (typeof payload === 'object' ? payload : {}) as Record<string, unknown>;
  if ('crit' in header || (header.typ !== undefined && !/^(at\+)?jwt$/i.test(String(header.typ)))) throw invalidToken();
  if (typeof sub !== 'string' || !/^[^\s\p{C}]{1,128}$/u.test(sub)) throw invalidToken();
  if (!isSeconds(exp) || (iat !== undefined && !isSeconds(iat))) throw invalidToken();
  if (iat !== undefined && iat > check.now + skewSeconds) throw invalidToken();
  return { sub, exp, iat, aud, role };
}

// The algorithm is ours: what the token's header says about it, or about keys, is never followed.
function verified(token: string, { key, issuer, now }: { key: KeyObject; issuer: string; now: number }): jwt.Jwt {
  try {
    return jwt.verify(token, key, { algorithms: ['HS256'], issuer, clockTimestamp: now, complete: true });
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) {
      throw new ServiceError('unauthenticated', 'token-expired', 'the access token has expired', { cause: error });
    }
    throw invalidToken(error);
  }
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isForService(aud: unknown): boolean {
  return [aud].flat().some((each) => typeof each === 'string' && each.startsWith(servicePrefix));
}

function invalidToken(cause?: unknown): ServiceError {
  return new ServiceError('unauthenticated', 'token-invalid', 'the access token is not valid', { cause });
}
