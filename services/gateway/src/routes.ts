import { type GatewayConfig, upstreams } from './config.ts';

/** A path and all below it, and the service that answers there. */
export interface Route {
  readonly prefix: string;
  readonly upstream: Upstream;
  /** Requests that stay open for long: they have connections of their own, so that calls never wait for them. */
  readonly live: boolean;
}

export interface Upstream {
  readonly name: string;
  readonly url: URL;
}

/** What the world may reach, and who answers it. Nothing else passes: /internal, /metrics and health stay inside. */
export function publicRoutes(config: GatewayConfig): readonly Route[] {
  return upstreams.flatMap(({ name, addressSetting, publicPaths, livePaths = [] }) => {
    const upstream = { name, url: new URL(config[addressSetting]) };
    const routeTo = (live: boolean) => (prefix: string) => ({ prefix, upstream, live });
    return [...publicPaths.map(routeTo(false)), ...livePaths.map(routeTo(true))];
  });
}

/** The path and query of a request's target, also where a client names scheme and host (absolute form, RFC 9112, 3.2.2). */
export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  return path === target || path.startsWith('/') ? path : `/${path}`;
}

/** The route that a path equals or lies below. */
export function routeOf(routes: readonly Route[], path: string): Route | undefined {
  const [pathname = ''] = path.split('?', 1);
  return routes.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
}
