import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { type Harness, serve, startHarness } from './harness.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Calls of which the provider has done its part, while the one who asked doesn't live to hear the answer. */
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
  const told = await answer.text();
  if (!deadly.delete(req.url ?? '')) {
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(told);
  } else if (deadly.size === 0) {
    payments.kill('SIGKILL');
    await once(payments, 'exit');
    kills += 1;
    start();
  }
}

const untilSaid = (id: string, said: string) =>
  eventually(() => expect(around.said(id)).toBe(said), { timeoutMs: 30_000 });

test('killed after the provider did its part and before the answer was stored: everything is done once', async () => {
  const [authorising, capturing, voiding, refunding] = Array.from({ length: 4 }, () => around.order('tok_ok')) as Four;
  await around.say(authorising, 'created');
  await around.say(capturing, 'created', 'reserved');
  await around.say(voiding, 'created', 'reserved');
  await around.say(refunding, 'created', 'reserved', 'confirmed');
  await untilSaid(capturing, 'authorized');
  await untilSaid(voiding, 'authorized');
  await untilSaid(refunding, 'authorized captured');

  for (const path of ['authorisations', 'captures', 'voids', 'refunds']) deadly.add(`/v1/${path}`);
  await around.say(authorising, 'reserved');
  await around.say(capturing, 'confirmed');
  await around.say(voiding, 'cancelled');
  await around.say(refunding, 'cancelled');

  await untilSaid(authorising, 'authorized');
  await untilSaid(capturing, 'authorized captured');
  await untilSaid(voiding, 'authorized voided');
  await untilSaid(refunding, 'authorized captured refunded');
  expect(kills).toBe(1);
  expect(await around.accounts(authorising)).toEqual(['authorised']);
  expect(await around.accounts(capturing)).toEqual(['captured']);
  expect(await around.accounts(voiding)).toEqual(['voided']);
  expect(await around.accounts(refunding)).toEqual(['refunded']);
}, 60_000);

type Four = [string, string, string, string];
