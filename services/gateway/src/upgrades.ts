import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer } from './ask.ts';
import { headersBack } from './headers.ts';

export const upgradeHeaders = { connection: 'Upgrade', upgrade: 'websocket' };

/** A connection that carried no byte for so long is dead: a ping comes every 25 s. */
const silentAfterMs = 90_000;

/**
 * Upgrades take the way of every request, so that whatever holds for one (the context, the headers it loses, the access
 * log) holds for the other.
 */
export function serveUpgrades(server: Server, listener: RequestListener): void {
  server.on('upgrade', (req, duplex, head) => {
    const socket = duplex as Socket;
    socket.on('error', () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    const forget = onEnd(socket, () => socket.destroy());
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.once('finish', () => {
      forget();
      res.detachSocket(socket);
      res.emit('close');
      if (res.statusCode !== 101) socket.destroySoon();
    });
    listener(req, res);
  });
}

// Node does not report that the client left a socket without a reader; the first bytes belong to the service.
function onEnd(socket: Socket, act: () => void): () => void {
  const look = () => void (socket.readableLength === 0 && socket.read());
  socket.on('readable', look);
  socket.once('end', act);
  return () => void socket.off('readable', look).off('end', act);
}

/** Node sets it for a request that it gave to the listeners of `upgrade`; other offers to upgrade are requests as any. */
export function isUpgrade(req: IncomingMessage & { readonly upgrade?: unknown }): boolean {
  return req.upgrade === true;
}

/** Tells the client that the protocol has changed, and lets both sides speak until one of them closes. */
export function joinSockets(
  { socket: client }: IncomingMessage,
  res: ServerResponse,
  answer: IncomingMessage,
  { socket: service, head }: NonNullable<Answer['upgraded']>,
): void {
  if (head.length > 0) service.unshift(head);
  for (const [one, other] of [
    [client, service],
    [service, client],
  ] as const) {
    one.setTimeout(silentAfterMs, () => one.destroy());
    one.on('error', () => one.destroy());
    one.once('close', () => other.destroySoon());
  }
  res.writeHead(101, { ...headersBack(answer), ...upgradeHeaders });
  res.end(() => void service.pipe(client as Duplex).pipe(service));
}
