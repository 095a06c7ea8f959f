import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { BrokerConnection } from '../src/connection.ts';
import type { OutgoingMessage, PublishOutcome } from '../src/publisher/outgoing.ts';
import { BrokerPublisher } from '../src/publisher/publisher.ts';
import { aBus, aLog, type Bus } from './a-bus.ts';

type Direction = 'to the broker' | 'from the broker';
const directions: readonly Direction[] = ['to the broker', 'from the broker'];

/** The first byte of a frame that is one. */
const HEARTBEAT = 8;

interface CuttingProxy {
  readonly url: string;
  /** Lets that many more bytes through in that direction, then ends the connection. */
  cutAfter(direction: Direction, bytes: number): void;
  /** The connections of this moment stay open, and nothing but heartbeats goes through them any more. */
  silence(): void;
  /** Of the connections that were silenced, those that are still open. */
  silenced(): number;
  /** Bytes that went through each way while the work was done. */
  measure(work: () => Promise<unknown>): Promise<Record<Direction, number>>;
  close(): Promise<void>;
}

async function aCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const through: Record<Direction, number> = { 'to the broker': 0, 'from the broker': 0 };
  const left: Record<Direction, number> = { 'to the broker': Infinity, 'from the broker': Infinity };
  const open = new Set<Socket>();
  let silent = new Set<Socket>();

  function pass(direction: Direction, from: Socket, to: Socket, bytes: Buffer): void {
    if (silent.has(from) && bytes[0] !== HEARTBEAT) return;
    const piece = bytes.subarray(0, left[direction]);
    through[direction] += piece.length;
    left[direction] -= piece.length;
    if (left[direction] > 0) return void to.write(piece);
    left[direction] = Infinity;
    // What came in time arrives; then both ends find the connection gone.
    to.end(piece);
    from.destroy();
  }

  const server = createServer((client) => {
    const broker = connect({ host: hostname, port: Number(port) });
    const ways = [
      ['to the broker', client, broker],
      ['from the broker', broker, client],
    ] as const;
    for (const [direction, from, to] of ways) {
      open.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes: Buffer) => pass(direction, from, to, bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.end();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAfter(direction, bytes) {
      if (bytes > 0) left[direction] = bytes;
      else for (const each of open) each.destroy();
    },
    silence() {
      silent = new Set(open);
    },
    silenced: () => [...silent].filter((each) => open.has(each)).length,
    async measure(work) {
      const before = { ...through };
      await work();
      return {
        'to the broker': through['to the broker'] - before['to the broker'],
        'from the broker': through['from the broker'] - before['from the broker'],
      };
    },
    async close() {
      for (const each of open) each.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

let bus: Bus;
let proxy: CuttingProxy;

beforeAll(async () => {
  bus = await aBus();
  await bus.service('orders').messaging.start();
  proxy = await aCuttingProxy(bus.broker.amqpUrl);
});

afterAll(async () => {
  await proxy.close();
  await bus.close();
});

afterEach(() => {
  jest.restoreAllMocks();
});

async function aPublisher() {
  const log = aLog();
  const random = () => 0;
  const outcomes = new Map<string, PublishOutcome[]>();
  const connection = new BrokerConnection({ url: proxy.url, name: 'cut publish', log, random });
  const onOutcome = ({ properties }: OutgoingMessage, outcome: PublishOutcome) => {
    const id = String(properties.messageId);
    outcomes.set(id, [...(outcomes.get(id) ?? []), outcome]);
  };
  const publisher = new BrokerPublisher({ connection, name: 'cut', log, random, onOutcome });
  await connection.open();
  publisher.start();
  const stop = async () => {
    await publisher.stop(1_000);
    await connection.close();
  };
  return { publisher, outcomes, stop };
}

const messageTo = (routingKey: string, id: string): OutgoingMessage => ({
  exchange: 'order_events.dlx',
  routingKey,
  content: Buffer.from(JSON.stringify({ id, said: 'something of ordinary length' })),
  properties: { messageId: id, contentType: 'application/json', headers: { attempt: 1 } },
});

/** Publishes once for each byte (or every so many) that goes either way, and ends the connection there. Tells each fate by message id. */
async function cutEverywhere(routingKey: string, every = 1) {
  const { publisher, outcomes, stop } = await aPublisher();
  const promised = new Map<string, 'kept' | string>();
  const send = (key: string, id: string) =>
    publisher.send(messageTo(key, id)).then(
      () => 'kept',
      ({ name, fate = name }) => String(fate),
    );
  // Until this is confirmed the connection is still being made: its bytes are none of the exchange's.
  const connected = (id: string) => send('inventory.dlq', `connected-${id}`);
  await connected('first');
  const lengths = await proxy.measure(() => send(routingKey, 'uncut-000'));
  for (const direction of directions) {
    for (let byte = 0; byte < lengths[direction]; byte += every) {
      const id = `${direction === 'to the broker' ? 'there' : 'back'}-${String(byte).padStart(4, '0')}`;
      expect(await connected(id)).toBe('kept');
      proxy.cutAfter(direction, byte);
      promised.set(id, await send(routingKey, id));
    }
  }
  expect(await connected('last')).toBe('kept');
  await stop();
  return { lengths, promised, outcomes };
}

test('cut at every byte of publish and confirm: each promise settles once, what was confirmed is there, what was refused is not', async () => {
  const { lengths, promised, outcomes } = await cutEverywhere('orders.dlq');
  expect(lengths['to the broker']).toBeGreaterThan(150);
  expect(lengths['from the broker']).toBeGreaterThan(15);
  expect(promised.size).toBe(lengths['to the broker'] + lengths['from the broker']);
  for (const id of promised.keys()) expect(outcomes.get(id)).toHaveLength(1);
  const kept = [...promised].filter(([, fate]) => fate === 'kept').map(([id]) => id);
  const there = new Set((await bus.take('orders.dlq', kept.length)).map(({ properties }) => properties.messageId));
  expect(kept.filter((id) => !there.has(id))).toEqual([]);
  const refused = [...promised].filter(([, fate]) => fate === 'refused').map(([id]) => id);
  expect(refused.filter((id) => there.has(id))).toEqual([]);
  // Cut on the way back, it was there all the same: the publisher must not have claimed that it isn't.
  const back = [...promised].filter(([id]) => id.startsWith('back'));
  expect(back.filter(([id, fate]) => there.has(id) && fate === 'refused')).toEqual([]);
  expect(back.some(([id]) => there.has(id))).toBe(true);
}, 120_000);

test('cut at many a byte while the broker returns the message: it is never reported as published', async () => {
  const { lengths, promised, outcomes } = await cutEverywhere('orders.retry.77', 7);
  // The return carries the whole message back.
  expect(lengths['from the broker']).toBeGreaterThan(150);
  for (const id of promised.keys()) expect(outcomes.get(id)).toHaveLength(1);
  expect([...promised].filter(([, fate]) => fate === 'kept')).toEqual([]);
}, 120_000);

test('published around a reconnect: without a confirm for 30 s the connection is given up, and what waited on it is settled though only heartbeats come', async () => {
  const { publisher, outcomes, stop } = await aPublisher();
  await publisher.send(messageTo('audit.dlq', 'before'));
  proxy.silence();
  const unanswered = expect(publisher.send(messageTo('audit.dlq', 'unanswered'))).rejects.toMatchObject({
    fate: 'unknown',
  });
  const later = Date.now() + 31_000;
  jest.spyOn(Date, 'now').mockImplementation(() => later);
  await unanswered;
  await publisher.send(messageTo('audit.dlq', 'after'));
  expect(Object.fromEntries(outcomes)).toEqual({
    before: ['confirmed'],
    unanswered: ['unknown'],
    after: ['confirmed'],
  });
  await stop();
});

test('a stop whose goodbye is never answered leaves no connection open', async () => {
  const { publisher, stop } = await aPublisher();
  await publisher.send(messageTo('audit.dlq', 'last'));
  proxy.silence();
  expect(proxy.silenced()).toBe(2);
  await stop();
  await eventually(() => expect(proxy.silenced()).toBe(0));
});
