import type { Express, RequestHandler } from 'express';
import { ServiceError } from './errors.ts';

// What Express's router keeps per route or mounted router; not in its types.
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  match(path: string): { readonly path: string } | false;
}

/** After all routes: 405 with Allow where the path is known under other methods, else 404. */
export function noSuchRoute(app: Express): RequestHandler {
  return (req, res) => {
    delete req.route;
    const allowed = methodsOf(app.router.stack as unknown as Layer[], req.path);
    if (allowed.length === 0) throw new ServiceError('not-found', 'no-such-route', 'there is nothing at this path');
    res.setHeader('Allow', allowed.join(', '));
    throw new ServiceError('method-not-allowed', 'method-not-allowed', `this path answers ${allowed.join(', ')}`);
  };
}

function methodsOf(stack: readonly Layer[], path: string): string[] {
  const methods = stack.flatMap((layer) => {
    const match = layer.route || layer.handle.stack ? layer.match(path) : false;
    if (!match) return [];
    if (layer.route) return Object.keys(layer.route.methods).map((method) => method.toUpperCase());
    return methodsOf(layer.handle.stack ?? [], path.slice(match.path.length) || '/');
  });
  return [...new Set(methods)];
}
