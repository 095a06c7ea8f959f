import { expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { RequestHandler } from 'express';
import Type from 'typebox';
import { createAuth } from '../src/auth.ts';
import { ServiceError } from '../src/errors.ts';
import { expectedVersion } from '../src/etag.ts';
import { idempotencyKey } from '../src/idempotency.ts';
import { openApi } from '../src/openapi.ts';
import { limitParameter } from '../src/paging.ts';
import { optional, type Route, required, route } from '../src/route.ts';
import { createRouter, type RouterOptions } from '../src/router.ts';
import { compile } from './compile.ts';
import { claims, forgeToken, issuer, secret } from './forge-token.ts';
import { serve } from './serve.ts';

const auth = createAuth({ secret, issuer, service: 'shop' });
const person = { authorization: `Bearer ${forgeToken(claims())}` };

/** Answers with what it read. */
function aRoute(description: Partial<Route> = {}): Route {
  const echo = route({
    method: 'get',
    path: '/things/:id',
    summary: 'what was read',
    who: 'anyone',
    answers: { 200: Type.Unknown(), 409: ['not-now'], 412: ['version-differs'] },
    handler: ({ params, query, body }, res) => void res.json({ params, query, body }),
  });
  return { ...echo, ...description };
}

async function ask(
  description: Partial<Route>,
  path = '/things/1',
  init: RequestInit = {},
  more: Partial<RouterOptions> = {},
) {
  const options = { service: 'shop', compile, auth, ...more };
  const { url } = await serve((app) => app.use(createRouter([aRoute(description)], options)));
  const response = await fetch(url + path, init);
  return { status: response.status, body: (await response.json()) as unknown };
}

const refused = (status: number, code: string, detail?: string) =>
  expect.objectContaining({ status, body: expect.objectContaining({ code, ...(detail && { detail }) }) });

const query = {
  limit: limitParameter(),
  full: optional(Type.Boolean(), { code: 'full-invalid', wanted: 'full is true or false' }),
  name: optional(Type.String({ minLength: 1 }), { code: 'name-invalid', wanted: 'name is a text' }),
};

test.each([
  ['', { limit: 20 }],
  ['?limit=7&full=true&name=9', { limit: 7, full: true, name: '9' }],
])('the query %j is read as %j', async (text, read) => {
  expect(await ask({ query }, `/things/1${text}`)).toEqual({ status: 200, body: { params: { id: '1' }, query: read } });
});

test.each([
  ['limit=0', 'limit-invalid'],
  ['full=yes', 'full-invalid'],
  ['full=1', 'full-invalid'],
  ['limit=05', 'limit-invalid'],
  ['name=', 'name-invalid'],
  ['name=a&name=b', 'name-invalid'],
  ['nmae=a', 'parameter-unknown'],
  ['constructor=a', 'parameter-unknown'],
])('the query %s is refused with %s', async (text, code) => {
  expect(await ask({ query }, `/things/1?${text}`)).toEqual(refused(400, code));
});

test('a parameter that must be given is missed', async () => {
  const id = required(Type.String(), { code: 'id-invalid', wanted: 'name the order' });
  expect(await ask({ query: { id } })).toEqual(refused(400, 'id-invalid', 'name the order'));
});

test('a part of the path is checked, and refused with its own code', async () => {
  const params = { id: required(Type.Integer(), { code: 'thing-id-invalid', wanted: 'the id is a number' }) };
  expect(await ask({ params }, '/things/x')).toEqual(refused(400, 'thing-id-invalid'));
  expect(await ask({ params }, '/things/7')).toMatchObject({ status: 200, body: { params: { id: '7' } } });
});

test('a path is found in upper and lower case alike, and its parts stay as they were sent', async () => {
  expect(await ask({}, '/Things/Ab')).toMatchObject({ status: 200, body: { params: { id: 'Ab' } } });
});

const json = (body: unknown) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

test('a body is what its schema says, and its description is what the refusal says', async () => {
  const body = Type.Object({ n: Type.Integer() }, { additionalProperties: false, description: 'a thing is { n }' });
  expect(await ask({ method: 'post', body }, '/things/1', json({ n: 1 }))).toMatchObject({
    status: 200,
    body: { body: { n: 1 } },
  });
  expect(await ask({ method: 'post', body }, '/things/1', json({ m: 1 }))).toEqual(
    refused(400, 'body-invalid', 'a thing is { n }'),
  );
});

test('headers reach the handler by their readers', async () => {
  const headers = { key: idempotencyKey, expects: expectedVersion };
  const handler: Route['handler'] = ({ headers: read }, res) => {
    const { key, expects } = read as { key: string; expects: (version: number) => void };
    expects(2);
    res.json(key);
  };
  const sent = (more: Record<string, string>) => ask({ headers, handler }, '/things/1', { headers: more });
  expect(await sent({ 'idempotency-key': '"k"', 'if-match': '"2"' })).toEqual({ status: 200, body: 'k' });
  expect(await sent({ 'idempotency-key': '"k"', 'if-match': '"1"' })).toEqual(refused(412, 'version-differs'));
  expect(await sent({})).toEqual(refused(400, 'idempotency-key-missing'));
});

test('guard, limit and what comes before are asked in this order, then the request is read', async () => {
  const before: RequestHandler[] = [
    (_req, _res, next) => next(new ServiceError('conflict', 'not-now', 'this comes before the query is read')),
  ];
  const described = { who: 'person', rateLimited: true, before } as const;
  const options = { service: 'shop', compile, auth, rateLimit: { limit: 1, windowSeconds: 60 } };
  const { url } = await serve((app) => app.use(createRouter([aRoute(described)], options)));
  const asked = async (init: RequestInit) => {
    const response = await fetch(`${url}/things/1?unknown=1`, init);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  expect(await asked({})).toEqual(refused(401, 'token-missing'));
  expect(await asked({ headers: person })).toEqual(refused(409, 'not-now'));
  expect(await asked({ headers: person })).toEqual(refused(429, 'rate-limited'));
});

test('a person without the role that a route asks for is refused, and counted', async () => {
  const options = { service: 'shop', compile, auth, rateLimit: { limit: 1, windowSeconds: 60 } };
  const { url } = await serve((app) => app.use(createRouter([aRoute({ who: 'admin', rateLimited: true })], options)));
  const asked = async () => (await fetch(`${url}/things/1`, { headers: person })).status;
  expect([await asked(), await asked()]).toEqual([403, 429]);
});

test.each<[Route['who'], number]>([
  ['anyone', 200],
  ['person', 200],
  ['admin', 403],
  ['service:orders', 403],
  [['admin', 'person'], 200],
])('for %j, a person is answered %d', async (who, status) => {
  expect(await ask({ who }, '/things/1', { headers: person })).toMatchObject({ status });
});

test('a door without its key is refused before anything is served', async () => {
  const served = (description: Partial<Route>) =>
    serve((app) => app.use(createRouter([aRoute(description)], { service: 'shop', compile })));
  await expect(served({ who: 'person' })).rejects.toThrow('get /things/:id asks who calls, and no auth was given');
  await expect(served({ rateLimited: true })).rejects.toThrow(
    'get /things/:id is rate limited, and no limit was given',
  );
});

test('a service describes its routes in valid OpenAPI, with what follows from each', async () => {
  const all = aRoute({
    method: 'put',
    path: '/internal/things/:id',
    who: ['admin', 'service:orders'],
    rateLimited: true,
    query,
    body: Type.Object({}),
    headers: { expects: expectedVersion },
    answers: { 200: Type.Object({}), 400: ['name-taken'], 409: ['not-now'] },
  });
  const { url } = await serve((app) =>
    app.use(
      createRouter([aRoute(), all], { service: 'shop', compile, auth, rateLimit: { limit: 1, windowSeconds: 60 } }),
    ),
  );
  const described = (await (await fetch(`${url}/openapi.json`)).json()) as ReturnType<typeof openApi>;
  expect(described).toEqual(JSON.parse(JSON.stringify(openApi('shop', [aRoute(), all]))));
  expect(await new Validator().validate(structuredClone(described))).toEqual({ valid: true });
  expect(described.paths['/internal/things/{id}']?.put).toMatchObject({
    tags: ['internal'],
    security: [{ token: ['admin'] }, { token: ['service:orders'] }],
    parameters: [
      { name: 'id', in: 'path', required: true },
      { name: 'limit', in: 'query', required: false, schema: { default: 20 } },
      { name: 'full', in: 'query' },
      { name: 'name', in: 'query' },
      { name: 'If-Match', in: 'header', required: false },
    ],
  });
  const responses = Object(described.paths['/internal/things/{id}']?.put).responses as object;
  expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '409', '413', '415', '429', 'default']);
  expect(JSON.stringify(responses)).toContain('"name-taken"');
});
