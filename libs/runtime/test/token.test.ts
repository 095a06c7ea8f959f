import { createSign, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createTokens } from '../src/token.ts';
import { base64url, claims, forgeToken, issuer, secret } from './forge-token.ts';

const orders = createTokens({ secret, issuer, service: 'orders' });
const payments = createTokens({ secret, issuer, service: 'payments' });
const now = Math.floor(Date.now() / 1000);

test('a person’s token says who it is, in which role, and until when', () => {
  expect(orders.verifyPerson(forgeToken(claims({ exp: now + 90 })))).toEqual({
    id: 'anna',
    role: 'user',
    expiresAt: new Date((now + 90) * 1000),
  });
  expect(orders.verifyPerson(forgeToken(claims({ role: 'admin' }))).role).toBe('admin');
  expect(orders.verifyPerson(forgeToken(claims({ role: ['admin'] }))).role).toBe('user');
});

test('no token and an expired one are told apart from a wrong one', () => {
  expect(() => orders.verifyPerson(undefined)).toThrow(unauthenticated('token-missing'));
  expect(() => orders.verifyPerson('')).toThrow(unauthenticated('token-missing'));
  expect(() => orders.verifyPerson(forgeToken(claims({ exp: now - 1 })))).toThrow(unauthenticated('token-expired'));
});

const unsigned = `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claims()))}`;
const [head, body] = forgeToken(claims()).split('.');

test.each([
  ['alg none', `${unsigned}.`],
  ['alg none without a dot', unsigned],
  ['alg None with a signature', forgeToken(claims(), { alg: 'None' })],
  ['no alg', forgeToken(claims(), { typ: 'JWT' })],
  ['alg HS512 over an HS256 signature', forgeToken(claims(), { alg: 'HS512' })],
  ['RS256', rs256()],
  ['HS512 with our own key', jwt.sign(claims(), secret, { algorithm: 'HS512' })],
  ['an empty signature', `${head}.${body}.`],
  ['one more dot', `${head}.${body}..`],
  ['another key', forgeToken(claims(), undefined, 'another secret that is long enough')],
  ['an empty key', forgeToken(claims(), undefined, '')],
  ['a critical header that nobody here understands', forgeToken(claims(), { alg: 'HS256', crit: ['b64'], b64: false })],
  ['another class of token', forgeToken(claims(), { alg: 'HS256', typ: 'logout+jwt' })],
  ['another issuer', forgeToken(claims({ iss: 'elsewhere' }))],
  ['no issuer', forgeToken(claims({ iss: undefined }))],
  ['no sub', forgeToken(claims({ sub: undefined }))],
  ['an empty sub', forgeToken(claims({ sub: '' }))],
  ['a sub that is no text', forgeToken(claims({ sub: { $ne: null } }))],
  ['a sub with a line break', forgeToken(claims({ sub: 'anna\nadmin' }))],
  ['a sub of 200 characters', forgeToken(claims({ sub: 'a'.repeat(200) }))],
  ['no exp', forgeToken(claims({ exp: undefined }))],
  ['exp as text', forgeToken(claims({ exp: String(now + 60) }))],
  ['exp as a fraction', forgeToken(claims({ exp: now + 60.5 }))],
  ['exp beyond numbers', forgeToken(`{"sub":"anna","iss":"${issuer}","exp":1e400}`)],
  ['exp null', forgeToken(claims({ exp: null }))],
  ['not valid yet', forgeToken(claims({ nbf: now + 60 }))],
  ['issued in the future', forgeToken(claims({ iat: now + 3600 }))],
  ['a service’s sub', forgeToken(claims({ sub: 'svc:orders' }))],
  ['a service’s role', forgeToken(claims({ role: 'service' }))],
  ['a service as audience', forgeToken(claims({ aud: ['web', 'svc:orders'] }))],
  ['a service token', payments.signServiceToken('orders')],
  ['a payload that is no object', forgeToken('"anna"')],
  ['a payload that is no JSON', forgeToken('{')],
  ['garbage', 'garbage'],
  ['half a megabyte', 'a.'.repeat(250_000)],
])('a person is not let in with %s', (_what, token) => {
  expect(() => orders.verifyPerson(token)).toThrow(unauthenticated('token-invalid'));
});

test.each([
  ['a kid that is a path', { kid: '../../dev/null' }],
  ['a kid that is a query', { kid: "' OR 1=1 --" }],
  ['a key of its own', { jwk: { kty: 'oct', k: base64url(secret) } }],
  ['the address of a key', { jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/cert' }],
])('%s in the header changes nothing: the key is ours', (_what, header) => {
  expect(orders.verifyPerson(forgeToken(claims(), { alg: 'HS256', ...header })).id).toBe('anna');
  expect(() => orders.verifyPerson(forgeToken(claims(), { alg: 'HS256', ...header }, 'another'))).toThrow(
    unauthenticated('token-invalid'),
  );
});

test('a service calls another one with a token for it alone', () => {
  const token = payments.signServiceToken('orders');
  expect(orders.verifyService(token)).toMatchObject({ id: 'payments', role: 'service' });
  expect(() => createTokens({ secret, issuer, service: 'audit' }).verifyService(token)).toThrow(forbidden);
});

const service = { sub: 'svc:payments', aud: 'svc:orders', role: 'service', iat: now, exp: now + 60 };

test.each([
  ['a lifetime of 61 s', { exp: now + 61 }],
  ['no time of issue', { iat: undefined }],
  ['several audiences', { aud: ['svc:orders', 'svc:audit'] }],
  ['no audience', { aud: undefined }],
  ['a person’s sub', { sub: 'payments' }],
  ['no role', { role: undefined }],
  ['the role admin', { role: 'admin' }],
])('a service is not let in with %s', (_what, wrong) => {
  expect(orders.verifyService(forgeToken(claims(service))).id).toBe('payments');
  expect(() => orders.verifyService(forgeToken(claims({ ...service, ...wrong })))).toThrow(forbidden);
});

test('a service token lives for a minute', () => {
  const later = (seconds: number) =>
    createTokens({ secret, issuer, service: 'orders', clock: () => new Date((now + seconds) * 1000) });
  const token = forgeToken(claims(service));
  expect(later(59).verifyService(token).id).toBe('payments');
  expect(() => later(61).verifyService(token)).toThrow(unauthenticated('token-expired'));
});

const forbidden = expect.objectContaining({ kind: 'forbidden', code: 'services-only' });

function unauthenticated(code: string) {
  return expect.objectContaining({ kind: 'unauthenticated', code });
}

function rs256(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = `${base64url('{"alg":"RS256","typ":"JWT"}')}.${base64url(JSON.stringify(claims()))}`;
  return `${signed}.${createSign('sha256').update(signed).sign(privateKey, 'base64url')}`;
}
