import { type TestBroker, type Management as TestManagement, testBroker } from '@order-events/testing';
import { type ChannelModel, connect } from 'amqplib';
import { declareTopology } from '../src/declare.ts';
import { type Difference, differences, managementAt, readStanding } from '../src/operate/index.ts';
import { type Topology, topology } from '../src/topology.ts';

type Body = Record<string, unknown>;

/** The whole topology in a vhost of its own, and hands to spoil it with. */
export interface StandingTopology {
  readonly broker: TestBroker;
  readonly model: ChannelModel;
  readonly management: ReturnType<typeof managementAt>;
  compared(): Promise<Difference[]>;
  lines(): Promise<string[]>;
  /** The same queue or exchange once more, otherwise: with its bindings. */
  instead(kind: 'queues' | 'exchanges', name: string, body: Body): Promise<void>;
  add(queue: string): Promise<void>;
  bind(source: string, destination: string, key: string, kind?: 'q' | 'e'): Promise<void>;
  unbind(source: string, queue: string, key: string): Promise<void>;
  policy(name: string, pattern: string, definition: Body, kind?: 'policies' | 'operator-policies'): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes it as described again, whatever was done. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function aStandingTopology(described: Topology = topology()): Promise<StandingTopology> {
  const broker = await testBroker();
  const { vhost, management: api } = broker;
  const model = await connect(broker.amqpUrl);
  await declareTopology(model, described);
  const management = managementAt(managementUrl(), broker.amqpUrl);
  const compared = async () => differences(described, await readStanding(management));

  const bind: StandingTopology['bind'] = async (source, destination, key, kind = 'q') =>
    void (await api.post(`/bindings/${vhost}/e/${source}/${kind}/${destination}`, { routing_key: key }));

  async function instead(kind: 'queues' | 'exchanges', name: string, body: Body): Promise<void> {
    await api.delete(`/${kind}/${vhost}/${name}`);
    await api.put(`/${kind}/${vhost}/${name}`, { durable: true, ...body });
    const own = described.bindings.filter(({ queue, exchange }) => [queue, exchange].includes(name));
    await Promise.all(own.map(({ exchange, queue, key }) => bind(exchange, queue, key)));
  }

  async function restore(): Promise<void> {
    await removePolicies(api, vhost);
    for (const { on } of await compared()) await removeWrong(api, vhost, on);
    await declareTopology(model, described);
  }

  return {
    broker,
    model,
    management,
    compared,
    lines: async () => (await compared()).map(({ line }) => line),
    instead,
    add: (queue) => api.put(`/queues/${vhost}/${queue}`, { durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    bind,
    unbind: (source, queue, key) => api.delete(`/bindings/${vhost}/e/${source}/q/${queue}/${propertiesKey(key)}`),
    policy: (name, pattern, definition, kind = 'policies') =>
      api.put(`/${kind}/${vhost}/${name}`, {
        pattern,
        definition,
        'apply-to': kind === 'policies' ? 'all' : 'queues',
      }),
    remove: (path) => api.delete(path.replace('VHOST', vhost)),
    restore,
    async close() {
      await model.close();
      await broker.close();
    },
  };
}

export const managementUrl = () => process.env.TEST_BROKER_MANAGEMENT ?? '';

async function removePolicies(api: TestManagement, vhost: string): Promise<void> {
  for (const kind of ['policies', 'operator-policies']) {
    for (const { name } of await api.get<{ name: string }[]>(`/${kind}/${vhost}`))
      await api.delete(`/${kind}/${vhost}/${name}`);
  }
}

async function removeWrong(api: TestManagement, vhost: string, on: Difference['on']): Promise<void> {
  const path =
    'name' in on
      ? `/${on.kind}s/${vhost}/${on.name}`
      : `/bindings/${vhost}/e/${on.source}/${on.kind[0]}/${on.destination}/${propertiesKey(on.key)}`;
  await api.delete(path).catch((error: Error) => {
    if (!error.message.includes('404')) throw error;
  });
}

const propertiesKey = (key: string) => encodeURIComponent(key || '~');
