import type { ConsumeMessage, MessageProperties } from 'amqplib';

/** A message as the broker would hand it out. */
export function aMessage(properties: Partial<MessageProperties> = {}, body = '{}'): ConsumeMessage {
  const fields = { deliveryTag: 1, redelivered: false, exchange: 'order_events', routingKey: 'order.created.v1' };
  return {
    fields: { ...fields, consumerTag: 'tag' },
    properties: { headers: {}, ...properties } as MessageProperties,
    content: Buffer.from(body),
  };
}
