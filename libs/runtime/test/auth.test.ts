import { expect, test } from '@jest/globals';
import { callerOf, createAuth } from '../src/auth.ts';
import { claims, forgeToken, issuer, secret } from './forge-token.ts';
import { serve } from './serve.ts';

const auth = createAuth({ secret, issuer, service: 'orders' });
const payments = createAuth({ secret, issuer, service: 'payments' });
const email = createAuth({ secret, issuer, service: 'email' });

const tokens = {
  nobody: undefined,
  person: forgeToken(claims()),
  admin: forgeToken(claims({ sub: 'root', role: 'admin' })),
  payments: payments.signServiceToken('orders'),
  email: email.signServiceToken('orders'),
};

async function answers(): Promise<Record<string, Record<string, string>>> {
  const { url } = await serve((app) => {
    app.get('/person', auth.person(), (req, res) => void res.json(callerOf(req).id));
    app.get('/admin', auth.admin(), (req, res) => void res.json(callerOf(req).id));
    app.get('/service', auth.service('payments'), (req, res) => void res.json(callerOf(req).id));
    app.get(
      '/either',
      auth.anyOf(auth.admin(), auth.service('payments')),
      (req, res) => void res.json(callerOf(req).id),
    );
  });
  const ask = async (route: string, token: string | undefined) => {
    const response = await fetch(`${url}/${route}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    const body = (await response.json()) as { code: string };
    return response.ok ? String(body) : `${response.status} ${body.code}`;
  };
  const rows = ['person', 'admin', 'service', 'either'].map(async (route) => {
    const cells = Object.entries(tokens).map(async ([who, token]) => [who, await ask(route, token)]);
    return [route, Object.fromEntries(await Promise.all(cells))];
  });
  return Object.fromEntries(await Promise.all(rows));
}

test('every route lets exactly its callers pass', async () => {
  const missing = '401 token-missing';
  expect(await answers()).toEqual({
    person: {
      nobody: missing,
      person: 'anna',
      admin: 'root',
      payments: '401 token-invalid',
      email: '401 token-invalid',
    },
    admin: {
      nobody: missing,
      person: '403 admin-only',
      admin: 'root',
      payments: '401 token-invalid',
      email: '401 token-invalid',
    },
    service: {
      nobody: missing,
      person: '403 services-only',
      admin: '403 services-only',
      payments: 'payments',
      email: '403 caller-not-allowed',
    },
    either: {
      nobody: missing,
      person: '403 admin-only',
      admin: 'root',
      payments: 'payments',
      email: '403 caller-not-allowed',
    },
  });
});

test.each([
  ['nothing', ''],
  ['no token', 'Bearer '],
  ['another scheme', `Basic ${tokens.person}`],
  ['no scheme', `${tokens.person}`],
  ['two tokens', `Bearer ${tokens.person} ${tokens.person}`],
])('%s in the header is a missing token', async (_what, authorization) => {
  const { url } = await serve((app) => app.get('/', auth.person(), (_req, res) => void res.end()));
  const response = await fetch(url, { headers: { authorization } });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await response.json()).toMatchObject({ code: 'token-missing' });
});

test('a token in the query is not looked at', async () => {
  const { url } = await serve((app) => app.get('/', auth.person(), (_req, res) => void res.end()));
  expect((await fetch(`${url}/?access_token=${tokens.person}&token=${tokens.person}`)).status).toBe(401);
});

test('reading the caller behind no guard is a bug, not a stranger', async () => {
  const { url } = await serve((app) => app.get('/', (req, res) => void res.json(callerOf(req))));
  expect((await fetch(url)).status).toBe(500);
});
