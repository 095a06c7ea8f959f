import type { Channel, ChannelModel } from 'amqplib';
import { onOwnChannel } from './channel.ts';
import { TopologyMismatchError } from './errors.ts';
import { reasonOf } from './reason-of.ts';
import type { Topology } from './topology.ts';

/**
 * Makes the broker hold the whole description; what stands already is left as it is. Idempotent, safe while others do
 * the same. Rejects with TopologyMismatchError when something stands there with other arguments: nothing is deleted.
 */
export async function declareTopology(model: ChannelModel, { exchanges, queues, bindings }: Topology): Promise<void> {
  await onOwnChannel(model, async (channel) => {
    for (const { name, type, arguments: args } of exchanges) {
      await channel
        .assertExchange(name, type, { durable: true, arguments: args })
        .catch((error) => explain(error, `exchange ${name}`));
    }
  });
  // RabbitMQ writes a queue's name down when it makes the next one, or up to a second later. Killed before that, it has
  // the newest queue back without a leader and without what it had confirmed: so the last one is made when all others stand.
  const declare = (some: Topology['queues']) => onOwnChannel(model, (channel) => declareQueues(channel, some));
  await Promise.all(lanes(queues.slice(0, -1)).map(declare));
  await declare(queues.slice(-1));
  await onOwnChannel(model, async (channel) => {
    await Promise.all(bindings.map(({ exchange, queue, key }) => channel.bindQueue(queue, exchange, key)));
  });
}

async function declareQueues(channel: Channel, queues: Topology['queues']): Promise<void> {
  for (const { name, arguments: args } of queues) {
    await channel
      .assertQueue(name, { durable: true, arguments: args })
      .catch((error) => explain(error, `queue ${name}`));
  }
}

// A new quorum queue takes the broker some 20 ms, and a channel does one thing at a time.
function lanes<T>(items: readonly T[], count = 4): T[][] {
  return Array.from({ length: count }, (_, lane) => items.filter((_item, index) => index % count === lane));
}

// Broker: inequivalent arg 'x-delivery-limit' for queue 'orders' in vhost '/': received '100' but current is '50'
function explain(error: unknown, what: string): never {
  const reason = reasonOf(error);
  if (!reason.includes('PRECONDITION_FAILED')) throw error;
  const [, argument, received, current] = /arg '([^']+)'.*?received(.*?) but current is(.*?)"?$/s.exec(reason) ?? [];
  const difference = argument
    ? `${argument}: described ${valueIn(received)}, in the broker ${valueIn(current)}`
    : reason;
  throw new TopologyMismatchError(`${what} stands in the broker with other arguments than described (${difference})`, {
    cause: error,
  });
}

const valueIn = (text = '') => /'([^']*)'/.exec(text)?.[1] ?? text.trim();
