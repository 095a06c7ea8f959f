import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { type Harness, serve, startHarness } from './harness.ts';

let around: Harness;
let proxy: { url: string; server: Server };
let payments: ChildProcess;
/** The call that the process doesn't survive: the provider does it, and nobody hears the answer. */
let deadly = '';
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
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  const env = { PATH: process.env.PATH ?? '', ...around.env(proxy.url) };
  payments = spawn(process.execPath, [main], { env, stdio: 'ignore' });
}

async function passOn(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { host: _host, connection: _connection, ...headers } = req.headers as Record<string, string>;
  const body = req.method === 'POST' ? await text(req) : null;
  const answer = await fetch(`${around.sandbox.url}${req.url}`, { method: req.method ?? 'GET', headers, body });
  const told = await answer.text();
  if (deadly && req.url === deadly) {
    deadly = '';
    kills += 1;
    payments.kill('SIGKILL');
    await once(payments, 'exit');
    start();
  }
  res.writeHead(answer.status, { 'content-type': 'application/json' }).end(told);
}

test.each([
  ['authorise', '/v1/authorisations', ['created', 'reserved'], 'authorized', 'authorised'],
  ['capture', '/v1/captures', ['created', 'reserved', 'confirmed'], 'authorized captured', 'captured'],
  ['void', '/v1/voids', ['created', 'reserved', 'cancelled'], 'authorized voided', 'voided'],
  [
    'refund',
    '/v1/refunds',
    ['created', 'reserved', 'confirmed', 'cancelled'],
    'authorized captured refunded',
    'refunded',
  ],
] as const)(
  'killed after the provider did the %s and before its answer was stored: it is done once',
  async (_, path, words, said, state) => {
    const id = around.order('tok_ok');
    const killsBefore = kills;
    deadly = path;
    for (const [index, word] of words.entries()) {
      await around.say(id, word);
      const soFar = said.split(' ').slice(0, Math.max(0, index));
      await eventually(
        () => expect(around.said(id).split(' ').filter(Boolean)).toEqual(expect.arrayContaining(soFar)),
        {
          timeoutMs: 30_000,
        },
      );
    }
    await eventually(() => expect(around.said(id)).toBe(said), { timeoutMs: 30_000 });
    expect(await around.accounts(id)).toEqual([state]);
    expect(kills).toBe(killsBefore + 1);
  },
  60_000,
);
