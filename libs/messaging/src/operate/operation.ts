import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { carriable } from '../carriable.ts';
import { BrokerConnection } from '../connection.ts';
import type { Log } from '../log.ts';
import type { OutgoingMessage } from '../publisher/outgoing.ts';
import { BrokerPublisher, type ConfirmedPublisher } from '../publisher/publisher.ts';
import { reasonOf } from '../reason-of.ts';

const LOCK = 'order_events.operation';
const FLUSH_MS = 5_000;

/** Nothing was begun, because it couldn't have been done safely; the message says what to do first. */
export class OperationRefusedError extends Error {
  override readonly name = 'OperationRefusedError';
  readonly kind = 'conflict';
}

/** What changes the broker or sends again: a connection, a confirmed publisher, and nobody else who does the same. */
export interface Operation {
  readonly model: ChannelModel;
  readonly publisher: ConfirmedPublisher;
}

/**
 * Runs work as the only operation on this vhost: a second one is refused until the first has ended, or its connection is
 * gone. Needs a user who may declare.
 */
export async function operate<T>(url: string, log: Log, work: (operation: Operation) => Promise<T>): Promise<T> {
  const connection = new BrokerConnection({ url, name: 'topology', log, random: Math.random });
  await connection.open();
  const publisher = new BrokerPublisher({ connection, name: 'topology', log, random: Math.random });
  try {
    const { model } = connection;
    if (!model) throw new OperationRefusedError('the connection to the broker was lost at once');
    await lock(model);
    publisher.start();
    return await work({ model, publisher });
  } finally {
    await publisher.stop(FLUSH_MS);
    await connection.close();
  }
}

// An exclusive queue belongs to its connection and ends with it, however this process ends.
async function lock(model: ChannelModel): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.assertQueue(LOCK, { exclusive: true, autoDelete: true, durable: false });
  } catch (error) {
    if (!reasonOf(error).includes('RESOURCE_LOCKED')) throw error;
    throw new OperationRefusedError('another topology operation is under way on this broker: wait until it has ended', {
      cause: error,
    });
  }
}

/**
 * The message as it stands in one queue, for another one alone: nobody else hears it again. The broker's own headers stay
 * behind, those that would send it to further queues, and what can't be written (see carriable).
 */
export function sentOn({ content, fields, properties }: ConsumeMessage, queue: string): OutgoingMessage {
  const own = Object.entries(properties.headers ?? {}).filter(([name]) => !/^(x-.*|B?CC)$/.test(name));
  const headers = { 'original-routing-key': fields.routingKey, ...Object.fromEntries(own) };
  const { contentType, messageId, type, timestamp, correlationId, appId } = properties;
  const labels = { contentType, messageId, type, timestamp, correlationId, appId };
  return { exchange: '', routingKey: queue, content, properties: carriable({ ...labels, headers }) };
}
