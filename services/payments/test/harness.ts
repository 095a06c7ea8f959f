import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { service as providerSandbox } from '@order-events/payment-provider-sandbox';
import { createLogger } from '@order-events/runtime';
import { asking, personToken, startSurroundings } from '@order-events/testing';
import { aFreeEvent, anEvent, type EventKind } from './events.ts';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Everything around payments: broker and store, the provider sandbox, and the orders service's one route. */
export async function startHarness() {
  const lines: string[] = [];
  const log = createLogger({ service: 'test', level: 'debug', stream: collecting(lines) });
  const surroundings = await startSurroundings('payments');
  const sandbox = providerSandbox.create({ PORT: '0', SLOW_MS: '1500' }, { log });
  await sandbox.start();
  const orders = await tokenRoute();
  const { published, publishEvent } = surroundings;

  return {
    published,
    sandbox,
    orders,
    /** Every line that payments (when it is given `log`) and the sandbox logged. */
    lines,
    log,
    env: (providerUrl: string): Record<string, string> => ({
      ...surroundings.env,
      PAYMENT_PROVIDER_URL: providerUrl,
      PAYMENT_PROVIDER_TIMEOUT_MS: '500',
      ORDERS_SERVICE_URL: orders.url,
    }),
    /** An order that is paid with this token. */
    order(token: string): string {
      const id = randomUUID();
      orders.tokens.set(id, token);
      return id;
    },
    async publish(orderId: string, ...kinds: EventKind[]): Promise<void> {
      for (const kind of kinds) await publishEvent(anEvent(kind, orderId));
    },
    async publishFree(orderId: string, ...kinds: EventKind[]): Promise<void> {
      for (const kind of kinds) await publishEvent(aFreeEvent(kind, orderId));
    },
    /** The events that payments published about an order, by sequence: 'authorized captured'. */
    eventsOf(orderId: string): string {
      const own = published.filter(({ source, subject }) => source === '/services/payments' && subject === orderId);
      const bySequence = new Map(own.map((event) => [Number(event.sequence), event]));
      const inOrder = [...bySequence].sort(([a], [b]) => a - b);
      return inOrder.map(([, { type }]) => type.split('.')[1]).join(' ');
    },
    /** The states of all authorisations of an order. */
    async accounts(orderId: string): Promise<string[]> {
      const { body } = await asking(sandbox.url)('GET', '/ledger');
      const authorisations = body.authorisations as { orderId: string; state: string }[];
      return authorisations.filter((each) => each.orderId === orderId).map(({ state }) => state);
    },
    faults: (faults: object) => asking(sandbox.url)('PUT', '/faults', faults),
    payment: (url: string, orderId: string, role: 'admin' | 'user' = 'admin') =>
      asking(url, personToken('operator', role))('GET', `/api/v1/payments/${orderId}`),
    async stop(): Promise<void> {
      await sandbox.stop();
      orders.close();
      await surroundings.stop();
    },
  };
}

/** Orders, as far as payments calls it: 200 with the token, 410 where there is none, a closed connection while down. */
async function tokenRoute() {
  const tokens = new Map<string, string>();
  const state = { down: false };
  const { url, server } = await serve((req, res) => {
    if (state.down) return void req.socket.destroy();
    const id = /^\/internal\/orders\/([^/]+)\/payment-token$/.exec(req.url ?? '')?.[1] ?? '';
    const isService = req.headers.authorization?.startsWith('Bearer ');
    const token = tokens.get(id);
    res.setHeader('content-type', 'application/json');
    res.statusCode = !isService ? 401 : token ? 200 : 410;
    res.end(JSON.stringify(res.statusCode === 200 ? { token } : { code: 'payment-token-gone' }));
  });
  return { url, tokens, state, close: () => server.close() };
}

export async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function collecting(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
}
