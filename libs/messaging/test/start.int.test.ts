import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createMetrics } from '@order-events/runtime';
import { eventually, testKeys } from '@order-events/testing';
import { BrokerConnection } from '../src/connection.ts';
import { createMessaging, topology } from '../src/index.ts';
import { aBus, aLog, type Bus } from './a-bus.ts';

let bus: Bus;

beforeAll(async () => {
  bus = await aBus();
});

afterAll(() => bus.close());

const messagingAt = (url: string) => {
  const options = { service: 'orders', keys: parseKeys(testKeys()), log: aLog(), metrics: createMetrics('orders') };
  return createMessaging({ url, ...options });
};

test('whoever starts first declares everything, also when several start at once', async () => {
  await Promise.all([1, 2, 3].map(() => bus.service().messaging.start()));
  const { management, vhost } = bus.broker;
  const queues = await eventually(async () => {
    const found = await management.get<{ name: string; type: string }[]>(`/queues/${vhost}`);
    expect(found.length).toBe(topology().queues.length);
    return found;
  });
  expect(queues.every(({ type }) => type === 'quorum')).toBe(true);
  const bindings = await management.get<{ source: string }[]>(`/bindings/${vhost}`);
  expect(bindings.filter(({ source }) => source !== '')).toHaveLength(topology().bindings.length);
});

test('406 after a change: a queue that stands there with other arguments is named, with both values, and left alone', async () => {
  await bus.channel.deleteQueue('payments.dlq');
  await bus.channel.assertQueue('payments.dlq', { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 7 } });
  await expect(bus.service().messaging.start()).rejects.toMatchObject({
    name: 'TopologyMismatchError',
    message: expect.stringMatching(/queue payments\.dlq .*x-delivery-limit: described 1000000000, in the broker 7/),
  });
  expect(await bus.count('payments.dlq')).toBe(0);
  await bus.channel.deleteQueue('payments.dlq');
});

test('whoever subscribes after the start is told, because nobody would hear for him', async () => {
  const { messaging } = bus.service();
  await messaging.start();
  expect(() => messaging.live(() => undefined)).toThrow('before start()');
});

test('a wrong password is told at once, without it', async () => {
  const url = new URL(bus.broker.amqpUrl);
  url.password = 'wr0ng';
  const starting = messagingAt(url.href).start();
  await expect(starting).rejects.toMatchObject({
    name: 'BrokerUnreachableError',
    message: expect.stringMatching(/^RabbitMQ at amqp:\/\/[^@]*refused the connection/),
  });
  await expect(starting).rejects.not.toThrow(/wr0ng/);
});

test('a vhost that isn’t there is told at once', async () => {
  const url = new URL(bus.broker.amqpUrl);
  url.pathname = '/nowhere';
  await expect(messagingAt(url.href).start()).rejects.toThrow(
    /\/nowhere refused the connection: NOT_ALLOWED - vhost nowhere not found/,
  );
});

test('a limit of connections is told as what it is, and is no reason to give up: there may be room again', async () => {
  const { management, vhost, amqpUrl } = bus.broker;
  await management.put(`/vhost-limits/${vhost}/max-connections`, { value: 0 });
  const log = aLog();
  const connectionIn = (firstConnectMs: number) =>
    new BrokerConnection({ url: amqpUrl, log, random: () => 0, name: 'one too many', firstConnectMs });
  await expect(connectionIn(300).open()).rejects.toThrow(/can’t be reached: NOT_ALLOWED - .*connection limit \(0\)/);
  const opening = connectionIn(20_000);
  const opened = opening.open();
  await management.delete(`/vhost-limits/${vhost}/max-connections`);
  await opened;
  await opening.close();
});

test('a broker that isn’t there is told after a bounded time', async () => {
  const options = { log: aLog(), random: () => 0, name: 'nobody', firstConnectMs: 300 };
  const connection = new BrokerConnection({ url: 'amqp://127.0.0.1:1/', ...options });
  await expect(connection.open()).rejects.toThrow(
    'RabbitMQ at amqp://127.0.0.1:1/ can’t be reached: connect ECONNREFUSED',
  );
});
