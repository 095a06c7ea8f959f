import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach } from '@jest/globals';
import type { HttpService } from '@order-events/runtime';
import { service } from '../src/index.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A service that answers as the listener says; ended after the test. */
export async function startUpstream(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  ends.push(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The gateway on free ports, in front of `orders` and `notifications`; nothing answers for the others. */
export async function startGateway(
  upstreams: { orders?: string; notifications?: string },
  env: Record<string, string> = {},
): Promise<HttpService> {
  const nowhere = 'http://127.0.0.1:1';
  const gateway = service.create({
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    ORDERS_SERVICE_URL: upstreams.orders ?? nowhere,
    NOTIFICATIONS_SERVICE_URL: upstreams.notifications ?? nowhere,
    PRODUCTS_SERVICE_URL: nowhere,
    ...env,
  });
  await gateway.start();
  ends.push(gateway.stop);
  return gateway;
}

/** What comes back for these bytes, until the connection ends; `until` ends it once the text is there. */
export function sendRaw(url: string, text: string, until?: RegExp): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.on('data', (data) => {
      received += data;
      if (until?.test(received)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

export async function metricsOf(gateway: HttpService): Promise<string> {
  return (await fetch(`${gateway.operationsUrl}/metrics`)).text();
}
