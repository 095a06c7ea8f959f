import { afterEach, expect, test } from '@jest/globals';
import type { Express } from 'express';
import { callerOf, createAuth } from '../src/auth.ts';
import { DependencyDownError } from '../src/breaker.ts';
import { type Client, type ClientOptions, createClient } from '../src/client.ts';
import { ServiceError } from '../src/errors.ts';
import { createHealth } from '../src/health.ts';
import { createMetrics } from '../src/metrics.ts';
import { newTrace, withTrace } from '../src/trace.ts';
import { issuer, secret } from './forge-token.ts';
import { logLines } from './log-lines.ts';
import { serve } from './serve.ts';

const orders = createAuth({ secret, issuer, service: 'orders' });
const audit = createAuth({ secret, issuer, service: 'audit' });
const open: Client[] = [];

afterEach(() => {
  for (const client of open.splice(0)) client.stop();
});

function clientOf(baseUrl: string, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    callee: 'audit',
    baseUrl,
    auth: orders,
    metrics: createMetrics('test'),
    log: logLines().log,
    ...options,
  });
  open.push(client);
  return client;
}

async function auditAt(routes: (app: Express) => void, options: Partial<ClientOptions> = {}) {
  const { url } = await serve(routes);
  return clientOf(url, options);
}

test('a call carries a service token, the trace and its own headers; the answer is parsed', async () => {
  const client = await auditAt((app) => {
    app.post('/internal/x', audit.service('orders'), (req, res) => {
      res.json({
        caller: callerOf(req).id,
        traceId: req.context.traceId,
        body: req.body,
        key: req.headers['idempotency-key'],
      });
    });
  });
  const trace = newTrace();
  const call = () => client.post('/internal/x', { values: [1] }, { headers: { 'idempotency-key': 'k' } });
  expect(await withTrace(trace, call)).toEqual({
    caller: 'orders',
    traceId: trace.traceId,
    body: { values: [1] },
    key: 'k',
  });
});

test('each call is a hop of its own', async () => {
  const client = await auditAt((app) => app.get('/', (req, res) => void res.json(req.headers.traceparent)));
  const trace = newTrace();
  const received = await withTrace(trace, () => client.get('/'));
  expect(received).toMatch(new RegExp(`^00-${trace.traceId}-(?!${trace.spanId})`));
  expect(await client.get('/')).toBeUndefined();
});

test('an empty answer is undefined', async () => {
  const client = await auditAt((app) => app.get('/', (_req, res) => void res.status(204).end()));
  expect(await client.get('/')).toBeUndefined();
});

test.each([
  [400, 'invalid'],
  [404, 'not-found'],
  [409, 'conflict'],
  [410, 'gone'],
  [412, 'precondition-failed'],
  [422, 'unprocessable'],
] as const)('%d passes on as %s with its code and never counts', async (_status, kind) => {
  const client = await auditAt((app) => {
    app.get('/', () => {
      throw new ServiceError(kind, 'the-code', 'the sentence', { problems: [{ pointer: '/a', message: 'b' }] });
    });
  });
  for (let call = 0; call < 4; call++) {
    await expect(client.get('/')).rejects.toMatchObject({
      kind,
      code: 'the-code',
      message: 'the sentence',
      problems: [{ pointer: '/a', message: 'b' }],
    });
  }
  expect(client.breaker.state).toBe('closed');
});

test('a 404 that isn’t ours, in HTML, is still a 404', async () => {
  const client = await auditAt((app) => app.get('/', (_req, res) => void res.status(404).send('<h1>none</h1>')));
  await expect(client.get('/')).rejects.toMatchObject({ kind: 'not-found', code: 'audit-refused' });
});

test.each([
  ['may not call', 403, (app: Express) => app.get('/', audit.service('payments'), (_req, res) => void res.json(1))],
  ['is not known', 401, (app: Express) => app.get('/', (_req, res) => void res.status(401).end())],
])(
  'a caller that %s (%d) is refused whatever it asks: an outage, from the first call on, that names its cause',
  async (_why, status, routes) => {
    const client = await auditAt(routes);
    const error = await client.get('/').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DependencyDownError);
    const cause = `audit refuses our token (${status}): `;
    expect(error).toMatchObject({ code: 'audit-down', cause: { message: expect.stringContaining(cause) } });
    expect(String(error)).not.toContain('token');
    expect(client.breaker).toMatchObject({ state: 'open', reason: expect.stringContaining(cause) });
  },
);

test('a path that the callee doesn’t know is our own bug too, not something that isn’t there', async () => {
  const client = await auditAt(() => undefined);
  await expect(client.get('/internal/misspelt')).rejects.toThrow('audit refused our call: 404 no-such-route');
});

test('a callee with too many requests is busy, not broken', async () => {
  const client = await auditAt((app) => app.get('/', (_req, res) => void res.status(429).end()));
  for (let call = 0; call < 4; call++)
    await expect(client.get('/')).rejects.toMatchObject({ kind: 'unavailable', code: 'audit-busy' });
  expect(client.breaker.state).toBe('closed');
});

test.each<[string, string, (app: Express) => void]>([
  ['a 500', 'audit-failed', (app) => app.get('/', (_req, res) => void res.status(500).end())],
  ['a 503', 'audit-failed', (app) => app.get('/', (_req, res) => void res.status(503).json({}))],
  ['no JSON', 'audit-failed', (app) => app.get('/', (_req, res) => void res.send('<html>'))],
  ['a redirect', 'audit-failed', (app) => app.get('/', (_req, res) => void res.redirect('/livez'))],
  [
    'an answer cut short',
    'audit-failed',
    (app) => app.get('/', (_req, res) => void res.write('{', () => res.destroy())),
  ],
  [
    'a 500 with an answer that is too large',
    'audit-failed',
    (app) => app.get('/', (_req, res) => void res.status(500).json('x'.repeat(2_000))),
  ],
  ['no answer in time', 'audit-timeout', (app) => app.get('/', () => undefined)],
  ['half an answer in time', 'audit-timeout', (app) => app.get('/', (_req, res) => void res.write('{'))],
])('%s is the callee’s fault; the third opens the breaker', async (_what, code, routes) => {
  const timeoutMs = code === 'audit-timeout' ? 100 : 10_000;
  const client = await auditAt(routes, { timeoutMs, maxResponseBytes: 1_000 });
  for (let call = 0; call < 2; call++)
    await expect(client.get('/')).rejects.toMatchObject({ kind: 'unavailable', code });
  await expect(client.get('/')).rejects.toMatchObject({ kind: 'unavailable', code: 'audit-down' });
  expect(client.breaker.state).toBe('open');
});

test('an answer that is too large is about what was asked: it fails that request only, however often it is made', async () => {
  const client = await auditAt(
    (app) => {
      app.get('/small', (_req, res) => void res.json(1));
      app.get('/large', (_req, res) => void res.json('x'.repeat(2_000)));
      app.get('/endless', (_req, res) => {
        const more = () => res.write('x'.repeat(500), () => res.destroyed || setImmediate(more));
        more();
      });
    },
    { maxResponseBytes: 1_000 },
  );
  for (const path of Array(5).fill(['/large', '/endless']).flat()) {
    await expect(client.get(path)).rejects.toMatchObject({ kind: 'unprocessable', code: 'audit-answer-too-large' });
  }
  expect(await client.get('/small')).toBe(1);
  expect(client.breaker.state).toBe('closed');
});

test('a callee that isn’t there is unavailable', async () => {
  const client = clientOf('http://127.0.0.1:1');
  await expect(client.get('/')).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'audit-failed',
    message: expect.stringContaining('audit did not answer'),
  });
});

test('one call is enough to know that nobody listens there: it opens, and a consumer pauses without using up an attempt', async () => {
  const { url, http } = await serve((app) => app.get('/', (_req, res) => void res.json(1)));
  const client = clientOf(url);
  for (let call = 0; call < 5; call++) await client.get('/');
  await http.stop();
  await expect(client.get('/')).rejects.toBeInstanceOf(DependencyDownError);
  expect(client.breaker.state).toBe('open');
});

test('it recovers by itself when the callee does', async () => {
  let healthy = false;
  const client = await auditAt((app) => app.get('/', (_req, res) => void res.status(healthy ? 200 : 500).json(1)), {
    retryAfterMs: 20,
  });
  for (let call = 0; call < 3; call++) await expect(client.get('/')).rejects.toMatchObject({ kind: 'unavailable' });
  healthy = true;
  await new Promise<void>((resolve) => client.breaker.on('half-open', resolve));
  expect(await client.get('/')).toBe(1);
  expect(client.breaker.state).toBe('closed');
});

async function strangerAt(routes: (app: Express) => void): Promise<Client> {
  const { url } = await serve(routes);
  const client = createClient({
    callee: 'provider',
    baseUrl: url,
    metrics: createMetrics('test'),
    log: logLines().log,
  });
  open.push(client);
  return client;
}

test('someone who isn’t one of our services gets no token of ours', async () => {
  const provider = await strangerAt((app) =>
    app.get('/', (req, res) => void res.json(req.headers.authorization ?? null)),
  );
  expect(await provider.get('/')).toBeNull();
});

test.each([
  ['secret', { secret: 'another secret, long enough to be one, really', issuer }],
  ['issuer', { secret, issuer: 'https://elsewhere.test' }],
])('where the %s of the two differs, log and readiness say which settings to compare', async (_what, theirs) => {
  const other = createAuth({ ...theirs, service: 'audit' });
  const { log, lines } = logLines();
  const health = createHealth();
  const routes = (app: Express) => app.get('/', other.service('orders'), (_req, res) => void res.json(1));
  const client = await auditAt(routes, { log, health });
  const detail = async () => (await health.report()).checks['calls to audit'];
  expect(await detail()).toEqual({ ok: true });
  await client.get('/').catch(() => undefined);
  const cause = 'audit refuses our token (401): ACCESS_TOKEN_SECRET or ISSUER differs, or a clock is wrong';
  expect(lines().at(-1)).toMatchObject({ level: 'warn', message: 'breaker opened', reason: cause });
  expect(await detail()).toEqual({ ok: true, detail: `open: ${cause}` });
  expect((await health.report()).status).toBe('ready');
});

test.each([401, 403])('a %d of theirs is about what was asked, not about a token: no outage', async (status) => {
  const provider = await strangerAt((app) => app.get('/', (_req, res) => void res.status(status).end()));
  for (let call = 0; call < 4; call++)
    await expect(provider.get('/')).rejects.toThrow(`provider refused our call: ${status} provider-refused`);
  expect(provider.breaker.state).toBe('closed');
});
