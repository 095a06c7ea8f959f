import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { type Harness, serve, startHarness } from './harness.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Calls that the provider has done, while the caller dies before the response. */
const deadly = new Set<string>();

let around: Harness;
let proxy: { url: string; server: Server };
let payments: ChildProcess;
let kills = 0;

beforeAll(async () => {
  around = await startHarness();
  proxy = await serve((req, res) => void passOn(req, res));
  start();
});
afterAll(async () => {
  payments.kill('SIGKILL');
  proxy.server.closeAllConnections();
  proxy.server.close();
  await around.stop();
});

function start(): void {
  const env = { PATH: process.env.PATH ?? '', ...around.env(proxy.url), PAYMENT_PROVIDER_TIMEOUT_MS: '1500' };
  payments = spawn(process.execPath, [main], { env, stdio: 'ignore' });
}

async function passOn(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { host: _host, connection: _connection, ...headers } = req.headers as Record<string, string>;
  const body = req.method === 'POST' ? await text(req) : null;
  const answer = await fetch(`${around.sandbox.url}${req.url}`, { method: req.method ?? 'GET', headers, body });
  const received = await answer.text();
  if (!deadly.delete(req.url ?? '')) {
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(received);
  } else if (deadly.size === 0) {
    payments.kill('SIGKILL');
    await once(payments, 'exit');
    kills += 1;
    start();
  }
}

const untilPublished = (id: string, events: string) =>
  eventually(() => expect(around.eventsOf(id)).toBe(events), { timeoutMs: 30_000 });

test('killed after the provider has done a call and before its answer is stored: everything is done once', async () => {
  const [authorising, capturing, voiding, refunding] = Array.from({ length: 4 }, () => around.order('tok_ok')) as Four;
  await around.publish(authorising, 'created');
  await around.publish(capturing, 'created', 'reserved');
  await around.publish(voiding, 'created', 'reserved');
  await around.publish(refunding, 'created', 'reserved', 'confirmed');
  await untilPublished(capturing, 'authorized');
  await untilPublished(voiding, 'authorized');
  await untilPublished(refunding, 'authorized captured');

  for (const path of ['authorisations', 'captures', 'voids', 'refunds']) deadly.add(`/v1/${path}`);
  await around.publish(authorising, 'reserved');
  await around.publish(capturing, 'confirmed');
  await around.publish(voiding, 'cancelled');
  await around.publish(refunding, 'cancelled');

  await untilPublished(authorising, 'authorized');
  await untilPublished(capturing, 'authorized captured');
  await untilPublished(voiding, 'authorized voided');
  await untilPublished(refunding, 'authorized captured refunded');
  expect(kills).toBe(1);
  expect(await around.accounts(authorising)).toEqual(['authorised']);
  expect(await around.accounts(capturing)).toEqual(['captured']);
  expect(await around.accounts(voiding)).toEqual(['voided']);
  expect(await around.accounts(refunding)).toEqual(['refunded']);
}, 60_000);

type Four = [string, string, string, string];
