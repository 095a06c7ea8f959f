import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Metrics } from '@order-events/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { type Answer, createAsker } from './ask.ts';
import type { GatewayConfig } from './config.ts';
import { AnswerCutError } from './errors.ts';
import { headersBack, headersOnward } from './headers.ts';
import { createPools, type Pool } from './pool.ts';
import { createBodyReceiver } from './receive-body.ts';
import { pathOf, publicRoutes, type Route, routeOf } from './routes.ts';
import { isUpgrade, joinSockets, upgradeHeaders } from './upgrades.ts';

/** Until an answer begins. A long poll is answered at the next ping, after 25 s; an upgrade at once, or not at all. */
const answerWithinMs = { call: 30_000, poll: 60_000, upgrade: 10_000 };
/** From an answer's beginning to its end. */
const endWithinMs = 60_000;
/** So much of an answer is taken from the service at once, however slowly its client reads. */
const readAhead = 1024 * 1024;

export interface Proxy {
  /** Passes a request, or an upgrade, to the service of its route; leaves it to what comes next where there is none. */
  readonly handler: RequestHandler;
  /** Closes idle connections to the services. */
  stop(): void;
}

export function createProxy(config: GatewayConfig, metrics: Metrics): Proxy {
  const pools = createPools(publicRoutes(config), (live) => (live ? config.LIVE_LIMIT : config.CALL_LIMIT), metrics);
  const routes = [...pools.keys()];
  const asker = createAsker();
  const receiveBody = createBodyReceiver();

  async function pass(req: Request, res: Response, { route, path, gone }: Passage): Promise<void> {
    const { body, release } = await receiveBody(req);
    const question = { ...questionOf(req, route, body), path, body, endWithinMs, signal: gone };
    const answer = await (pools.get(route) as Pool).hold(() => asker.ask(question)).finally(release);
    if (answer.upgraded) joinSockets(req, res, answer.message, answer.upgraded);
    else await sendBack(res, answer.message, gone);
  }

  // What a client sends ahead on a connection (pipelining) waits for its answers there, and takes one place, not many.
  const turns = new WeakMap<Socket, Promise<void>>();
  function turnOf(req: Request, res: Response): Promise<void> | undefined {
    const before = turns.get(req.socket);
    turns.set(req.socket, new Promise((resolve) => res.once('close', resolve)));
    return before;
  }

  return {
    async handler(req, res, next) {
      const path = pathOf(req.originalUrl);
      const route = routeOf(routes, path);
      if (!route) return next();
      Object.assign(res.locals, { route: route.prefix, upstream: route.upstream.name });
      const gone = new AbortController();
      res.once('close', () => res.writableFinished || gone.abort());
      await turnOf(req, res);
      if (req.socket.destroyed) return;
      await pass(req, res, { route, path, gone: gone.signal }).catch((error: unknown) => {
        // The client is gone, and nothing went wrong here.
        if (!gone.signal.aborted || error instanceof AnswerCutError) throw error;
      });
    },
    stop: asker.stop,
  };
}

interface Passage {
  readonly route: Route;
  readonly path: string;
  /** Aborted when the client has left before it had its answer. */
  readonly gone: AbortSignal;
}

function questionOf(req: Request, { upstream, live }: Route, body: Buffer | undefined) {
  const [upgrade, headers] = [isUpgrade(req), headersOnward(req, req.context, body)];
  return {
    url: upstream.url,
    method: req.method,
    headers: upgrade ? { ...headers, ...upgradeHeaders } : headers,
    answerWithinMs: answerWithinMs[upgrade ? 'upgrade' : live ? 'poll' : 'call'],
  };
}

/** Resolves when the answer has left, or its client has. Rejects when it broke off; the client's connection is cut then. */
function sendBack(res: Response, answer: Answer['message'], gone: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  answer.once('error', (error) => {
    if (gone.aborted) return;
    const cut = new AnswerCutError(res.writableNeedDrain ? 'client-stalled' : 'upstream-cut', error);
    res.locals.code = cut.code;
    res.destroy();
    reject(cut);
  });
  res.once('close', resolve);
  res.statusCode = answer.statusCode ?? 200;
  res.statusMessage = answer.statusMessage ?? '';
  for (const [name, value] of Object.entries(headersBack(answer))) if (value !== undefined) res.setHeader(name, value);
  // A short one fits into what a response holds anyway.
  const isShort = Number(answer.headers['content-length']) <= res.writableHighWaterMark;
  (isShort ? answer : answer.pipe(new PassThrough({ highWaterMark: readAhead }))).pipe(res);
  return promise;
}
