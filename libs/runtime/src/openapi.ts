import { STATUS_CODES } from 'node:http';
import type { TSchema } from 'typebox';
import { serviceRefusalCodes, tokenCodes } from './auth.ts';
import { bodyCodes, tooLargeCode, unsupportedCodes } from './json-body.ts';
import { problemSchema } from './problem.ts';
import type { Answers, Parameter, Route } from './route.ts';

/**
 * What a service answers, as an OpenAPI 3.1 description made of its routes. Paths outside `/api` are tagged `internal`: no gateway
 * passes them on. Errors that no route names are its `default`: 500 for a bug, 503 while something it needs is down.
 */
export function openApi(service: string, routes: readonly Route[]) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: service,
      version: '1.0.0',
      description: 'Readers of an answer ignore fields that they do not know.',
    },
    tags: [
      { name: 'public' },
      { name: 'internal', description: 'On the service’s own port, not through the gateway.' },
    ],
    paths,
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

export type OpenApi = ReturnType<typeof openApi>;

/** All answers of a route by status: its own, and those that follow from what it reads and whom it lets in. */
export function answersOf(route: Route): Answers {
  const { answers } = route;
  const all: Record<number, TSchema | readonly string[]> = { ...answers };
  for (const [status, codes] of derivedCodes(route)) {
    const own = answers[status];
    if (codes.length > 0) all[status] = [...new Set([...codes, ...(Array.isArray(own) ? own : [])])];
  }
  return all;
}

function derivedCodes(route: Route): [number, readonly string[]][] {
  const { who, rateLimited, params = {}, query = {}, body, headers = {}, path, answers } = route;
  const roles = who === 'anyone' ? [] : [who].flat();
  const refused = [...Object.values(params), ...Object.values(query)].map(({ code }) => code);
  const headerCodes = Object.values(headers).flatMap(({ codes }) => codes);
  const malformed = path.includes(':') ? ['request-malformed'] : [];
  return [
    [400, ['parameter-unknown', ...malformed, ...refused, ...(body ? bodyCodes : []), ...headerCodes]],
    [401, roles.length > 0 ? tokenCodes : []],
    [403, roles.flatMap((role) => (role === 'person' ? [] : role === 'admin' ? ['admin-only'] : serviceRefusalCodes))],
    [413, body ? [tooLargeCode] : []],
    [415, body ? unsupportedCodes : []],
    [429, rateLimited ? ['rate-limited'] : []],
    // What is down may be its store, too.
    [503, answers[503] ? ['unavailable'] : []],
  ];
}

function operationOf(route: Route) {
  const { summary, who, body, path } = route;
  return {
    summary,
    tags: [path.startsWith('/api/') ? 'public' : 'internal'],
    security: who === 'anyone' ? [] : [who].flat().map((role) => ({ token: [role] })),
    parameters: parametersOf(route),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answersOf(route)).map(([status, answer]) => [status, answerOf(status, answer)]),
      ),
      default: { description: 'This side’s trouble', content: problem({ $ref: '#/components/schemas/Problem' }) },
    },
  };
}

function parametersOf({ path, params = {}, query = {}, headers = {} }: Route) {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const { schema = { type: 'string' }, wanted } = params[name] ?? {};
    return { name, in: 'path', required: true, schema, ...(wanted && { description: wanted }) };
  });
  const inQuery = Object.entries(query).map(([name, { schema, wanted, required = false }]: [string, Parameter]) => ({
    name,
    in: 'query',
    required,
    schema,
    description: wanted,
  }));
  const inHeader = Object.values(headers).map(({ name, required, description }) => ({
    name,
    in: 'header',
    required,
    schema: { type: 'string' },
    description,
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function answerOf(status: string, answer: TSchema | readonly string[]) {
  const description = STATUS_CODES[status] ?? status;
  if (isCodes(answer)) {
    const code = { type: 'string', enum: answer };
    const named = { type: 'object', required: ['code'], properties: { code } };
    return { description, content: problem({ allOf: [{ $ref: '#/components/schemas/Problem' }, named] }) };
  }
  const { contentMediaType = 'application/json' } = answer as { contentMediaType?: string };
  return { description, content: { [contentMediaType]: { schema: answer } } };
}

const isCodes = (answer: TSchema | readonly string[]): answer is readonly string[] => Array.isArray(answer);
const problem = (schema: object) => ({ 'application/problem+json': { schema } });
