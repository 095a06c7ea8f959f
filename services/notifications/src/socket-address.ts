import type { IncomingMessage } from 'node:http';
import { clientAddress, type Http, type TrustAddress } from '@order-events/runtime';

/** Tells a client's address as for any request (TRUST_PROXY); undefined behind a proxy that is not trusted. */
export function socketAddress(app: Http['app']): (req: IncomingMessage) => string | undefined {
  return ({ headers, socket }) => {
    const trusts: TrustAddress = app.get('trust proxy fn');
    const forwardedFor = headers['x-forwarded-for']?.toString();
    // Nobody's own address is known there.
    if (forwardedFor !== undefined && !trusts(socket.remoteAddress ?? '', 0)) return undefined;
    return clientAddress(socket.remoteAddress, forwardedFor, trusts);
  };
}
