import express, { type RequestHandler, type Router } from 'express';
import type { Auth } from './auth.ts';
import { type OpenApi, openApi } from './openapi.ts';
import { limitRate, type RateLimitOptions } from './rate-limit.ts';
import { type Compile, requestReader } from './read-request.ts';
import type { Role, Route, Who } from './route.ts';

export interface RouterOptions {
  /** Whose routes these are: the title of their description. */
  readonly service: string;
  readonly compile: Compile;
  /** Needed where a route is not for anyone. */
  readonly auth?: Auth;
  /** Needed where a route is rate limited: for all requests of a caller to such routes together. */
  readonly rateLimit?: Omit<RateLimitOptions, 'by'> | undefined;
}

export interface RouterOfRoutes extends Router {
  /** What `/openapi.json` answers. */
  readonly description: OpenApi;
}

/** Answers each route as it describes itself, and their description at `/openapi.json`. Throws where an option is missing. */
export function createRouter(routes: readonly Route[], options: RouterOptions): RouterOfRoutes {
  const router = express.Router();
  const description = openApi(options.service, routes);
  router.get('/openapi.json', (_req, res) => void res.json(description));
  const limiter = options.rateLimit && limitRate({ ...options.rateLimit, by: 'caller' });
  for (const route of routes) {
    const read = requestReader(route, options.compile);
    router[route.method](route.path, ...doorsOf(route, options.auth, limiter), async (req, res) => {
      await route.handler(read(req), res);
    });
  }
  return Object.assign(router, { description });
}

function doorsOf(route: Route, auth: Auth | undefined, limiter: RequestHandler | undefined) {
  const { who, rateLimited, before = [], method, path } = route;
  if (who !== 'anyone' && !auth) throw new Error(`${method} ${path} asks who calls, and no auth was given`);
  if (rateLimited && !limiter) throw new Error(`${method} ${path} is rate limited, and no limit was given`);
  // A person without the role admin is counted before the refusal.
  const counted = rateLimited && who === 'admin' ? 'person' : who;
  const doors = [guard(counted, auth), rateLimited && limiter, counted !== who && guard(who, auth)];
  return [...doors.filter((door) => typeof door === 'function'), ...before];
}

function guard(who: Who, auth: Auth | undefined): RequestHandler | undefined {
  if (who === 'anyone' || !auth) return undefined;
  const guardOf = (role: Role) => {
    if (role === 'person') return auth.person();
    return role === 'admin' ? auth.admin() : auth.service(role.slice('service:'.length));
  };
  return auth.anyOf(...[who].flat().map(guardOf));
}
