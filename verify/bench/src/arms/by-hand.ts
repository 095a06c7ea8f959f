import { type ConfirmChannel, connect } from 'amqplib';
import { type Arm, exchange, inWindow, type Payload, prefetch, queue } from './arm.ts';

interface Style {
  readonly name: string;
  /** Publishes wait for the confirm of the one before. */
  readonly oneByOne?: boolean;
  /** Messages per acknowledgement. */
  readonly ackEvery: number;
  /** The body is read; nothing in it is checked. */
  readonly parses: boolean;
}

/** amqplib used directly: as little as possible, as most people do, and as its documentation would have it. */
export const styles: readonly Style[] = [
  { name: 'raw amqplib, pipelined', ackEvery: 1, parses: false },
  { name: 'naive', oneByOne: true, ackEvery: 1, parses: true },
  { name: 'good practice by hand', ackEvery: 50, parses: true },
];

export async function createByHand(url: string, { name, oneByOne = false, ackEvery, parses }: Style): Promise<Arm> {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  return {
    name,
    publish: (payloads, window) => inWindow(payloads, oneByOne ? 1 : window, (payload) => confirmed(channel, payload)),
    async consume(heard) {
      const consumer = await connection.createChannel();
      await consumer.prefetch(prefetch);
      let unacknowledged = 0;
      const { consumerTag } = await consumer.consume(queue, (message) => {
        if (!message) return;
        if (parses) JSON.parse(message.content.toString('utf8'));
        heard(String(message.properties.messageId));
        if (++unacknowledged < ackEvery && ackEvery > 1) return;
        unacknowledged = 0;
        consumer.ack(message, ackEvery > 1);
      });
      return async () => {
        await consumer.cancel(consumerTag);
        if (unacknowledged > 0) consumer.ackAll();
        await consumer.close();
      };
    },
    close: () => connection.close(),
  };
}

function confirmed(channel: ConfirmChannel, { body, signature, id, type }: Payload): Promise<void> {
  const properties = { persistent: true, mandatory: true, messageId: id, type, headers: { signature } };
  return new Promise((resolve, reject) => {
    channel.publish(exchange, type, Buffer.from(body), properties, (error) => (error ? reject(error) : resolve()));
  });
}
