import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { consumers, contracts, parseKeys, type QueueName } from '@order-events/contracts';
import { createMetrics } from '@order-events/runtime';
import { eventually, testKeys } from '@order-events/testing';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { createMessaging } from '../src/index.ts';
import { applyUsers, brokerUsers, definitions, serviceRights } from '../src/operate/index.ts';
import { topology } from '../src/topology.ts';
import { aLog, handlersOf } from './a-bus.ts';
import { aStandingTopology, managementUrl, type StandingTopology } from './a-standing-topology.ts';

const passwords = Object.fromEntries(brokerUsers().map(({ name }) => [name, `${name}-secret`]));
const services = serviceRights().map(({ name }) => name);
const types = contracts.map(({ type }) => type);
const { queues } = topology();
const hops = queues.map(({ name }) => name).filter((name) => /\.(dlq|retry\.\d+)$/.test(name));

let standing: StandingTopology;
let prefix: string;
const models = new Map<string, ChannelModel>();

beforeAll(async () => {
  standing = await aStandingTopology();
  prefix = `${standing.broker.vhost}-`;
  await applyUsers(standing.management, { prefix, passwords });
  for (const service of services) models.set(service, await connect(urlOf(service)));
}, 60_000);

afterAll(async () => {
  for (const model of models.values()) await model.close();
  for (const { name } of brokerUsers()) await standing.broker.management.delete(`/users/${prefix}${name}`);
  await standing.close();
});

function urlOf(service: string): string {
  const url = new URL(standing.broker.amqpUrl);
  url.username = `${prefix}${service}`;
  url.password = passwords[service] ?? '';
  return url.href;
}

/** Whether the broker lets this user do it; anything but 403 is an error. */
async function may(service: string, work: (channel: ConfirmChannel) => Promise<unknown>): Promise<boolean> {
  const channel = await (models.get(service) as ChannelModel).createConfirmChannel();
  const failed = new Promise<Error>((resolve) => channel.once('error', resolve));
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  try {
    await work(channel);
    await channel.close();
    return true;
  } catch {
    const error = await failed;
    await closed;
    if (!error.message.includes('403')) throw error;
    return false;
  }
}

const publish = (exchange: string, key: string) => (channel: ConfirmChannel) =>
  new Promise<void>((resolve, reject) => {
    channel.once('close', () => reject(new Error('closed')));
    channel.publish(exchange, key, Buffer.from('x'), {}, (error) => (error ? reject(error) : resolve()));
  });
const get = (queue: string) => (channel: Channel) => channel.get(queue, { noAck: true });

async function allowedOf(
  service: string,
  names: readonly string[],
  work: (name: string) => (channel: ConfirmChannel) => Promise<unknown>,
): Promise<string[]> {
  const allowed: string[] = [];
  for (const name of names) if (await may(service, work(name))) allowed.push(name);
  return allowed;
}

const ownQueues = (service: string) =>
  Object.entries(consumers).flatMap(([queue, facts]) => (facts.service === service ? queue : []));
const ownHops = (service: string) =>
  hops.filter((hop) => service === 'audit' || ownQueues(service).includes(hop.replace(/\.(dlq|retry\.\d+)$/, '')));

test.each(services)(
  '%s says its own events, and no other’s',
  async (service) => {
    const own = contracts.filter(({ owner }) => owner === service).map(({ type }) => type);
    expect(await allowedOf(service, types, (type) => publish('order_events', type))).toEqual(own);
  },
  30_000,
);

test.each(services)(
  '%s sends failed messages to its own delay queues and dead letters, audit to all',
  async (service) => {
    expect(await allowedOf(service, hops, (hop) => publish('order_events.dlx', hop))).toEqual(ownHops(service));
  },
  30_000,
);

test.each(services)(
  '%s reads its own queues, audit also every dead letter',
  async (service) => {
    const own = queues
      .map(({ name }) => name)
      .filter((name) => ownQueues(service).includes(name) || (service === 'audit' && name.endsWith('.dlq')));
    expect(
      await allowedOf(
        service,
        queues.map(({ name }) => name),
        get,
      ),
    ).toEqual(own);
  },
  30_000,
);

test.each(services)(
  '%s declares, deletes, empties and binds nothing, and reaches no queue directly',
  async (service) => {
    const queue = ownQueues(service)[0] ?? 'orders';
    const attempts: Record<string, (channel: ConfirmChannel) => Promise<unknown>> = {
      'declares a queue': (channel) => channel.assertQueue('mine', { arguments: { 'x-queue-type': 'quorum' } }),
      'declares an exchange': (channel) => channel.assertExchange('mine', 'topic'),
      'deletes its queue': (channel) => channel.deleteQueue(queue),
      'deletes the exchange': (channel) => channel.deleteExchange('order_events'),
      'hears more': (channel) => channel.bindQueue(queue, 'order_events', '#'),
      'hears less': (channel) => channel.unbindQueue(queue, 'order_events', types[0] ?? ''),
      'empties another’s queue': (channel) => channel.purgeQueue(queue === 'orders' ? 'email' : 'orders'),
      'publishes to a queue': publish('', queue),
      'publishes what nobody hears': publish('order_events.unrouted', ''),
      'publishes to a stranger': publish('amq.topic', 'x'),
    };
    const allowed = await allowedOf(service, Object.keys(attempts), (name) => attempts[name] ?? get(''));
    expect(allowed).toEqual([]);
  },
  30_000,
);

test('only notifications speaks and hears between instances, through queues named for it', async () => {
  const name = 'notifications.live.1';
  const hear = async (channel: ConfirmChannel) => {
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(name, 'notifications.live', '');
    await publish('notifications.live', '')(channel);
    await eventually(async () => expect(await channel.get(name, { noAck: true })).toBeTruthy());
    await channel.deleteQueue(name);
  };
  expect(await allowedOf('notifications', ['live'], () => hear)).toEqual(['live']);
  for (const service of services.filter((other) => other !== 'notifications'))
    expect([service, await may(service, publish('notifications.live', ''))]).toEqual([service, false]);
});

function aServiceAs(service: string, management?: string) {
  const parts = { keys: parseKeys(testKeys()), log: aLog(), metrics: createMetrics(service) };
  const messaging = createMessaging({ url: urlOf(service), managementUrl: management, service, ...parts });
  for (const queue of ownQueues(service) as QueueName[])
    messaging.subscribe(
      queue,
      handlersOf(queue, async () => undefined),
    );
  if (service === 'notifications') messaging.live(() => undefined);
  return messaging;
}

test.each(services)('%s starts without the right to declare, and without the management API', async (service) => {
  const messaging = aServiceAs(service);
  await messaging.start();
  await messaging.stop();
});

test('what is missing and may not be declared is named, and nothing starts', async () => {
  for (const name of ['email.retry.2000', 'email.priority']) await standing.remove(`/queues/VHOST/${name}`);
  try {
    await expect(aServiceAs('email').start()).rejects.toThrow(
      'queue email.priority is missing; queue email.retry.2000 is missing, and this user may not declare (npm run topology -- apply)',
    );
    await expect(aServiceAs('inventory', managementUrl()).start()).rejects.toThrow(
      'the broker differs from the description: queue email.priority is missing; queue email.retry.2000 is missing; binding',
    );
  } finally {
    await standing.restore();
  }
});

test('the exported definitions make the same broker: nothing differs, and the users may do the same', async () => {
  const vhost = `${standing.broker.vhost}-imported`;
  const api = standing.broker.management;
  await api.put(`/vhosts/${vhost}`);
  try {
    await api.post('/definitions', definitions(topology(), vhost, { prefix, passwords }));
    const rights = (kind: string, at: string) =>
      api.get<Record<string, unknown>[]>(`/vhosts/${at}/${kind}`).then((all) =>
        all
          .filter(({ user }) => String(user).startsWith(prefix))
          .map(({ vhost: _vhost, ...rest }) => JSON.stringify(rest, Object.keys(rest).sort()))
          .sort(),
      );
    for (const kind of ['permissions', 'topic-permissions'])
      expect(await rights(kind, vhost)).toEqual(await rights(kind, standing.broker.vhost));
    const found = await api.get<unknown[]>(`/queues/${vhost}?disable_stats=true`);
    expect(found).toHaveLength(queues.length);
    const imported = new URL(urlOf('orders'));
    imported.pathname = `/${vhost}`;
    await (await connect(imported.href)).close();
  } finally {
    await api.delete(`/vhosts/${vhost}`);
  }
});
