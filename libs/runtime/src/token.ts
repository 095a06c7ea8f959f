import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { ServiceError } from './errors.ts';
import { looksPersonal } from './personal-subject.ts';

/** Who calls: a person (`id` is the token's sub) or another service (`id` is its name). */
export interface Caller {
  readonly id: string;
  readonly role: 'user' | 'admin' | 'service';
  /** The token's exp, or the end of the leeway once that has passed; never later than a Date can be. */
  readonly expiresAt: Date;
}

export interface TokenOptions {
  /** ACCESS_TOKEN_SECRET */
  readonly secret: string;
  readonly issuer: string;
  /** This service's name: the audience of tokens for it, the subject of those it signs. */
  readonly service: string;
  /** AUDIENCE: what a person's token names, if it names any audience (default `order-events`). */
  readonly audience?: string;
  /** ALLOW_PERSONAL_SUBJECTS: whether a sub may be an e-mail address or a phone number (default false). */
  readonly allowPersonalSubjects?: boolean;
  readonly clock?: () => Date;
}

export interface Tokens {
  /** Throws `unauthenticated` (token-missing, token-expired, token-invalid, token-audience, token-subject-personal). */
  verifyPerson(token: string | undefined): Caller;
  /** The same, for a token that another service signed for this one. */
  verifyService(token: string | undefined): Caller;
  /** A token that lets this service call another one for the next minute. */
  signServiceToken(callee: string): string;
}

/** The audience of people's tokens where nothing else is set. */
export const defaultAudience = 'order-events';

const serviceTokenSeconds = 60;
/** How far the clock of whoever signed may be off, for nbf, iat and exp alike. */
const leewaySeconds = 5;
/** What a Date can hold at most. */
const lastDateMs = 8.64e15;
const servicePrefix = 'svc:';

/** What every service's settings say of tokens. */
export function tokenOptionsOf(config: {
  readonly ACCESS_TOKEN_SECRET: string;
  readonly ISSUER: string;
  readonly AUDIENCE: string;
  readonly ALLOW_PERSONAL_SUBJECTS: boolean;
}): Omit<TokenOptions, 'service' | 'clock'> {
  return {
    secret: config.ACCESS_TOKEN_SECRET,
    issuer: config.ISSUER,
    audience: config.AUDIENCE,
    allowPersonalSubjects: config.ALLOW_PERSONAL_SUBJECTS,
  };
}

export function createTokens(options: TokenOptions): Tokens {
  const { secret, issuer, service, audience = defaultAudience, allowPersonalSubjects = false } = options;
  const { clock = () => new Date() } = options;
  const key = createSecretKey(secret, 'utf8');
  const now = () => Math.floor(clock().getTime() / 1000);
  const read = (token: string | undefined) => readClaims(token, { key, issuer, now: now() });

  return {
    verifyPerson(token) {
      const { sub, exp, aud, role } = read(token);
      if (sub.startsWith(servicePrefix) || role === 'service' || isForService(aud)) throw invalidToken();
      if (aud !== undefined && !audiences(aud).includes(audience)) throw foreignToken();
      if (!allowPersonalSubjects && looksPersonal(sub)) throw personalToken();
      return { id: sub, role: role === 'admin' ? 'admin' : 'user', expiresAt: endOf(exp, now()) };
    },
    verifyService(token) {
      const { sub, exp, iat, aud, role } = read(token);
      const short = iat !== undefined && exp - iat <= serviceTokenSeconds;
      if (role !== 'service' || aud !== servicePrefix + service || !sub.startsWith(servicePrefix) || !short) {
        throw new ServiceError('forbidden', 'services-only', 'only another service may call this, with a token for it');
      }
      return { id: sub.slice(servicePrefix.length), role: 'service', expiresAt: endOf(exp, now()) };
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
  if (iat !== undefined && iat > check.now + leewaySeconds) throw invalidToken();
  return { sub, exp, iat, aud, role };
}

// The algorithm is ours: what the token's header says about it, or about keys, is never followed.
function verified(token: string, { key, issuer, now }: { key: KeyObject; issuer: string; now: number }): jwt.Jwt {
  try {
    const time = { clockTimestamp: now, clockTolerance: leewaySeconds };
    return jwt.verify(token, key, { algorithms: ['HS256'], issuer, ...time, complete: true });
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) {
      throw new ServiceError('unauthenticated', 'token-expired', 'the access token has expired', { cause: error });
    }
    throw invalidToken(error);
  }
}

// A fraction is one, too (RFC 7519, 2).
function isSeconds(value: unknown): value is number {
  return Number.isFinite(value);
}

function endOf(exp: number, now: number): Date {
  const seconds = exp > now ? exp : exp + leewaySeconds;
  return new Date(Math.min(seconds * 1000, lastDateMs));
}

function audiences(aud: unknown): unknown[] {
  return [aud].flat();
}

function isForService(aud: unknown): boolean {
  return audiences(aud).some((each) => typeof each === 'string' && each.startsWith(servicePrefix));
}

function foreignToken(): ServiceError {
  return new ServiceError('unauthenticated', 'token-audience', 'the access token is for another audience (aud)');
}

function personalToken(): ServiceError {
  const message = 'the access token’s sub looks like an e-mail address or a phone number: it must be a pseudonym';
  return new ServiceError('unauthenticated', 'token-subject-personal', message);
}

function invalidToken(cause?: unknown): ServiceError {
  return new ServiceError('unauthenticated', 'token-invalid', 'the access token is not valid', { cause });
}
