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
  expect(() => orders.verifyPerson(forgeToken(claims({ exp: now - 60 })))).toThrow(unauthenticated('token-expired'));
});

/** Whether a person's token with these claims is let in, by a clock that stands still. */
function admits(more: object): string {
  const still = createTokens({ secret, issuer, service: 'orders', clock: () => new Date(now * 1000) });
  try {
    return still.verifyPerson(forgeToken(claims({ exp: now + 90, ...more }))).id;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test.each([
  ['nbf', 2, 'anna'],
  ['nbf', 5, 'anna'],
  ['nbf', 6, 'token-invalid'],
  ['iat', 3, 'anna'],
  ['iat', 5, 'anna'],
  ['iat', 6, 'token-invalid'],
  ['exp', 1, 'anna'],
  ['exp', 0, 'anna'],
  ['exp', -4, 'anna'],
  ['exp', -5, 'token-expired'],
  ['nbf', 1e12, 'token-invalid'],
  ['nbf', 4.5, 'anna'],
  ['nbf', 5.5, 'token-invalid'],
  ['iat', 4.5, 'anna'],
  ['iat', 5.5, 'token-invalid'],
  ['exp', 60.5, 'anna'],
  ['exp', -4.5, 'anna'],
  ['exp', -5.5, 'token-expired'],
])(
  'clocks may differ by 5 s, and times be fractions: %s %d s from now is answered with %s',
  (claim, seconds, outcome) => {
    expect(admits({ [claim]: now + seconds })).toBe(outcome);
  },
);

test('a token within the leeway lasts until its end', () => {
  const still = createTokens({ secret, issuer, service: 'orders', clock: () => new Date(now * 1000) });
  expect(still.verifyPerson(forgeToken(claims({ exp: now - 3 }))).expiresAt).toEqual(new Date((now + 2) * 1000));
});

test.each([9_999_999_999, 9_999_999_999_999, Number.MAX_SAFE_INTEGER, 1e18, 1e300])(
  'exp %d is far off, and still a date',
  (exp) => {
    const { expiresAt } = orders.verifyPerson(forgeToken(claims({ exp })));
    expect(expiresAt.getTime()).toBe(Math.min(exp * 1000, 8.64e15));
    expect(expiresAt.toISOString()).toMatch(/Z$/);
  },
);

test.each([
  ['none', undefined],
  ['ours', 'order-events'],
  ['ours among others', ['web', 'order-events']],
])('a token with the audience %s is let in', (_what, aud) => {
  expect(admits({ aud })).toBe('anna');
});

test.each([
  ['another', 'billing'],
  ['others', ['web', 'billing']],
  ['an empty list', []],
  ['an empty one', ''],
  ['null', null],
  ['a number', 1],
  ['an object', { 'order-events': true }],
  ['ours in another case', 'Order-Events'],
  ['ours and more', 'order-events-staging'],
  ['a list in a list', [['order-events']]],
])('a token with the audience %s is refused', (_what, aud) => {
  expect(admits({ aud })).toBe('token-audience');
});

test('our audience is a setting', () => {
  const shop = createTokens({ secret, issuer, service: 'orders', audience: 'shop' });
  expect(shop.verifyPerson(forgeToken(claims({ aud: 'shop' }))).id).toBe('anna');
  expect(() => shop.verifyPerson(forgeToken(claims({ aud: 'order-events' })))).toThrow(
    unauthenticated('token-audience'),
  );
});

test('a sub that is an e-mail address or a phone number is refused by name, unless a setting allows it', () => {
  for (const sub of ['pat@example.com', '+4915112345678']) {
    expect(admits({ sub })).toBe('token-subject-personal');
    const lax = createTokens({ secret, issuer, service: 'orders', allowPersonalSubjects: true });
    expect(lax.verifyPerson(forgeToken(claims({ sub }))).id).toBe(sub);
  }
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
  expect(() => later(65).verifyService(token)).toThrow(unauthenticated('token-expired'));
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
