import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { type ServiceName, services } from '@order-events/contracts';
import { answersOf, createAuth, type Http, openApi, type Route } from '@order-events/runtime';
import { personToken, serveRoutes, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { Validator } from '@seriousme/openapi-schema-validator';
import { loadRoutes } from '../load-routes.ts';
import { routeTable } from '../route-table.ts';

const routesOf = await loadRoutes(join(import.meta.dirname, '..', '..', '..'));
const names = [...routesOf.keys()];
const tokens = { secret: TEST_SECRET, issuer: TEST_ISSUER };

const running: Http[] = [];
afterEach(() => Promise.all(running.splice(0).map((http) => http.stop())));

/** The routes of a service behind its guards, without what their handlers need. */
async function serve(service: string, limit?: { requestsPerMinute: number }): Promise<string> {
  const http = await serveRoutes(service as ServiceName, routesOf.get(service) ?? [], limit);
  running.push(http);
  return http.url;
}

function admitted({ who }: Route, service: string): string {
  const [role = 'person'] = [who].flat();
  if (role === 'admin' || role === 'person') return personToken('ada', role === 'admin' ? 'admin' : 'user');
  return createAuth({ ...tokens, service: role.replace('service:', '') }).signServiceToken(service);
}

/** A good token, of somebody else. */
function refused({ who }: Route, service: string): string {
  if (!who.includes('person')) return personToken('eve');
  return createAuth({ ...tokens, service: 'stranger' }).signServiceToken(service);
}

async function ask(url: string, { method, path }: Route, token?: string, init: RequestInit = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...init.headers };
  const response = await fetch(url + path.replace(/:\w+/g, 'x'), { ...init, method: method.toUpperCase(), headers });
  return [response.status, ((await response.json()) as { code: string }).code];
}

/** Every refusal that follows from a route, before its handler is reached. */
async function refusals(url: string, route: Route, service: string): Promise<Record<number, unknown>> {
  const token = admitted(route, service);
  const answers: Record<number, unknown> = { 401: await ask(url, route) };
  if (answersOf(route)[403]) answers[403] = await ask(url, route, refused(route, service));
  answers[400] = await ask(url, { ...route, path: `${route.path}?unknown=1` }, token);
  if (!route.body) return answers;
  answers[413] = await ask(url, route, token, { body: `"${'x'.repeat(256 * 1024)}"`, headers: json });
  answers[415] = await ask(url, route, token, { body: 'x', headers: { 'content-type': 'text/plain' } });
  return answers;
}
const json = { 'content-type': 'application/json' };

test.each(names)('the description of %s is valid OpenAPI', async (service) => {
  const description = JSON.parse(JSON.stringify(openApi(service, routesOf.get(service) ?? [])));
  expect(await new Validator().validate(description)).toEqual({ valid: true });
});

test.each(names)('each route of %s refuses what follows from its description', async (service) => {
  const url = await serve(service);
  for (const route of routesOf.get(service) ?? []) {
    const answers = await refusals(url, route, service);
    expect(answers).toMatchObject({
      401: [401, 'token-missing'],
      400: [400, 'parameter-unknown'],
      ...(answersOf(route)[403] && {
        403: [403, expect.stringMatching(/^((admin|services)-only|caller-not-allowed)$/)],
      }),
      ...(route.body && { 413: [413, 'body-too-large'], 415: [415, 'json-only'] }),
    });
  }
});

test('a caller beyond the limit is refused at each route that counts', async () => {
  const url = await serve('orders', { requestsPerMinute: 0 });
  for (const route of routesOf.get('orders') ?? []) {
    if (route.rateLimited) expect(await ask(url, route, admitted(route, 'orders'))).toEqual([429, 'rate-limited']);
  }
});

test('public paths and described ones are the same', () => {
  for (const [name, routes] of routesOf) {
    const prefixes: readonly string[] = services[name as keyof typeof services].publicPaths;
    const outside = routes.filter(
      ({ path }) => path.startsWith('/api/') && !prefixes.some((each) => path.startsWith(each)),
    );
    expect(outside.map(({ path }) => path)).toEqual([]);
  }
});

test('a table names request, caller, result and the refusals of a route', () => {
  const [, , first] = routeTable(routesOf.get('customers') ?? []).split('\n');
  expect(first).toBe(
    '| `GET /api/v1/customers/me` | a person | the caller’s profile, its version as `ETag`: 200 `{ email, name, locale }` | 404 `customer-unknown` |',
  );
});
