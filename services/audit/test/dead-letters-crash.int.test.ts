import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { asking, eventually, personToken } from '@order-events/testing';
import { aBench, type Bench } from './dead-letters-bench.ts';

const queue = 'inventory';
const main = resolve(import.meta.dirname, '../src/main.ts');
let bench: Bench;

beforeAll(async () => {
  bench = await aBench(queue);
}, 60_000);
afterAll(() => bench?.stop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** An audit service that is killed at this probe. */
async function anAuditKilledAt(step: string): Promise<{ process: ChildProcess; url: string }> {
  const killer = `import { subscribe } from 'node:diagnostics_channel';
    subscribe('${step}', () => process.kill(process.pid, 'SIGKILL'));`;
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(killer)}`, main], {
    env: { ...process.env, ...bench.around.env, PORT: String(port) },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), { timeoutMs: 20_000 });
  return { process: child, url };
}

test.each([
  ['before a copy is confirmed', 'order-events:publish.sent'],
  ['between a copy’s confirm and taking the letter out', 'order-events:hop.confirmed'],
])(
  'an audit killed %s loses no letter: the next one goes on',
  async (_when, step) => {
    bench.handle = async () => {
      throw new ServiceError('conflict', 'order-closed', 'the order is closed');
    };
    const ids: string[] = [];
    for (let sent = 0; sent < 5; sent++) ids.push((await bench.orderEvent()).id);
    await bench.letters(5);
    bench.handle = async () => undefined;
    const killed = await anAuditKilledAt(step);
    const exit = once(killed.process, 'exit');
    const request = { queue, reason: 'repaired', letters: ids, first: 5, watchSeconds: 3 };
    const key = `crash-${step.replace(':', '-')}`;
    // It may be dead before it responds: the action is on record.
    await asking(killed.url, personToken('root', 'admin'))('POST', '/api/v1/dlq/replay', request, {
      'idempotency-key': key,
    }).catch(() => undefined);
    expect(await exit).toEqual([null, 'SIGKILL']);

    const next = bench.anotherAudit();
    await next.start();
    const { items } = (await bench.ask('GET', '/actions?limit=1')).body as { items: { id: string }[] };
    const ended = await bench.ended(items[0]?.id);
    expect(ended).toMatchObject({ state: 'done', counts: { sent: 5, returned: 0, gone: 0 } });
    expect((await bench.ask('POST', '/replay', request, key)).body.id).toBe(ended.id);
    await bench.letters(0);
    await eventually(() => {
      for (const id of ids) {
        const again = bench.consumed.filter(({ event, delivery }) => event.id === id && delivery.replay === 1);
        expect([1, 2]).toContain(again.length);
      }
    });
    await next.stop();
  },
  60_000,
);
