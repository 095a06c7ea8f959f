import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from './errors.ts';
import { problemOf } from './problem.ts';

export interface HttpServerOptions {
  /** For all headers of a request (default 10 s), then for the whole request with its body (default 30 s). */
  readonly headersTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  /** How long an idle connection is kept: longer than the 60 s of the balancers in front, which reuse theirs (default 75 s). */
  readonly keepAliveTimeoutMs?: number;
  /** Below it, with a slash, WebSockets are spoken. Any other offer to change the protocol is served as HTTP/1.1. */
  readonly upgradePath?: string;
  /** How long stop waits for requests that run (default 10 s). */
  readonly stopTimeoutMs?: number;
}

const flushTimeoutMs = 1_000;
/** A connection on which nothing moves for so long, while a request is on it, is cut: its client does not read. */
const stalledAfterMs = 90_000;

export interface HttpServer {
  readonly server: Server;
  /** Rejects with the system's error (EADDRINUSE, EACCES). Resolves with the port. */
  listen(port: number, host?: string): Promise<number>;
  /** Takes no new connection, lets running requests finish within the bound, then cuts every connection, also upgraded ones. */
  close(): Promise<void>;
}

export function createHttpServer(listener: RequestListener, options: HttpServerOptions = {}): HttpServer {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, stopTimeoutMs = 10_000 } = options;
  const { keepAliveTimeoutMs = 75_000, upgradePath } = options;
  const answering = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let closing = false;

  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    ...(upgradePath !== undefined && {
      shouldUpgradeCallback: (req: IncomingMessage) => isWebSocket(req, upgradePath),
    }),
    // Node looks for late requests only this often.
    connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs / 2),
  });
  server.timeout = stalledAfterMs;
  // Their bytes are limited: beyond a number, Node would drop the last ones without a word.
  server.maxHeadersCount = 0;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const begun = [...answering].some((res) => res.socket === socket && res.headersSent);
    if (begun || !socket.writable || error.code === 'ECONNRESET') socket.destroy();
    else socket.end(answerTo(error.code));
  });
  server.on('connect', (_req, socket) => void socket.end(answerTo('CONNECT')));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', answer);
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1).
  server.on('checkExpectation', answer);

  function answer(req: IncomingMessage, res: ServerResponse): void {
    answering.add(res);
    res.once('close', () => answering.delete(res));
    if (closing) res.setHeader('Connection', 'close');
    listener(req, res);
  }

  async function close(): Promise<void> {
    closing = true;
    if (server.listening) server.close();
    for (const res of answering) if (!res.headersSent) res.setHeader('Connection', 'close');
    await within(stopTimeoutMs, noneLeft(answering));
    // What is left has been answered, was upgraded, or had its time.
    for (const socket of sockets) socket.destroySoon();
    await within(flushTimeoutMs, noneLeft(sockets));
    for (const socket of sockets) socket.destroy();
  }

  return { server, listen: (port, host) => listen(server, port, host), close };
}

/** Exactly what a WebSocket begins with (RFC 6455, 4.1): whoever else offers to upgrade can do without. */
function isWebSocket({ method, url = '', headers, httpVersion }: IncomingMessage, path: string): boolean {
  const pathname = url.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)[0] ?? '';
  const isThere = pathname.startsWith(`${path}/`);
  return isThere && method === 'GET' && httpVersion === '1.1' && headers.upgrade?.trim().toLowerCase() === 'websocket';
}

function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function noneLeft(open: ReadonlySet<ServerResponse | Socket>): Promise<void> {
  for (const each of open) await new Promise<void>((resolve) => each.once('close', () => resolve()));
}

async function within(milliseconds: number, done: Promise<unknown>): Promise<void> {
  await Promise.race([done, delay(milliseconds, undefined, { ref: false })]);
}

// For what Node refuses before there is a request: broken HTTP, headers too large or too slow.
function answerTo(code: string | undefined): string {
  const status = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
    CONNECT: '405 Method Not Allowed',
  };
  const line = status[code as keyof typeof status] ?? '400 Bad Request';
  const problem = problemOf(new ServiceError('invalid', 'request-malformed', 'this is not a request that can be read'));
  const body = JSON.stringify({ ...problem, status: Number(line.slice(0, 3)), title: line.slice(4) });
  const headers = `Connection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}`;
  return `HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`;
}
