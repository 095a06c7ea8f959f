import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type CloudEvent, parseKeys } from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createHealth, createLogger, createMetrics } from '@order-events/runtime';
import { personToken, TEST_ISSUER, TEST_SECRET, testBroker, testKeys } from '@order-events/testing';
import { createProviderSandbox, sandboxConfig } from '../src/index.ts';
import { anEvent, type Heard } from './events.ts';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Everything around payments: a broker, the sandbox, the orders service's one route, and someone who hears everything. */
export async function startHarness({ slowMs = 1_500 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'payments-'));
  const lines: string[] = [];
  const log = createLogger({ service: 'test', level: 'debug', stream: collecting(lines) });
  const broker = await testBroker();
  const sandbox = createProviderSandbox(sandboxConfig({ PORT: '0', SLOW_MS: String(slowMs) }), { log });
  await sandbox.start();
  const orders = await tokenRoute();
  const heard: CloudEvent[] = [];
  const keys = parseKeys(testKeys());
  const ears = createMessaging({
    url: broker.amqpUrl,
    service: 'audit',
    keys,
    log,
    metrics: createMetrics('audit'),
    health: createHealth(),
  });
  ears.subscribe('audit', [onEvery(async (event) => void heard.push(event))]);
  await ears.start();

  return {
    broker,
    sandbox,
    orders,
    lines,
    log,
    env: (providerUrl: string): Record<string, string> => ({
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      RABBITMQ_URL: broker.amqpUrl,
      STORE_URL: `sqlite:${join(folder, 'payments.db')}`,
      ACCESS_TOKEN_SECRET: TEST_SECRET,
      ISSUER: TEST_ISSUER,
      EVENT_SIGNING_KEYS: testKeys(),
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
    async say(orderId: string, ...words: Heard[]): Promise<void> {
      for (const word of words) {
        const event = anEvent(word, orderId);
        const body = JSON.stringify(event);
        await ears.publisher.publish({ body, signature: keys.sign(event.source, body) });
      }
    },
    /** What payments said about an order, in the order of its sequence: 'authorized captured'. */
    said(orderId: string): string {
      const own = heard.filter(({ source, subject }) => source === '/services/payments' && subject === orderId);
      const bySequence = new Map(own.map((event) => [Number(event.sequence), event]));
      const inOrder = [...bySequence].sort(([a], [b]) => a - b);
      return inOrder.map(([, { type }]) => type.split('.')[1]).join(' ');
    },
    heard,
    async accounts(orderId: string): Promise<string[]> {
      const { authorisations } = (await (await fetch(`${sandbox.url}/ledger`)).json()) as {
        authorisations: { orderId: string; state: string }[];
      };
      return authorisations.filter((each) => each.orderId === orderId).map(({ state }) => state);
    },
    async faults(faults: object): Promise<void> {
      const body = JSON.stringify(faults);
      await fetch(`${sandbox.url}/faults`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    },
    async payment(url: string, orderId: string, role: 'admin' | 'user' = 'admin') {
      const headers = { authorization: `Bearer ${personToken('operator', role)}` };
      const response = await fetch(`${url}/api/v1/payments/${orderId}`, { headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async stop(): Promise<void> {
      await ears.stop();
      await sandbox.stop();
      orders.close();
      await broker.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Orders, as far as payments asks it: 200 with the token, 410 where there is none, a cut connection while down. */
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
