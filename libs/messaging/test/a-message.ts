import type { ConsumeMessage, ConsumeMessageFields, MessageProperties } from 'amqplib';

/** A message as the broker would hand it out: as it was first published, unless the fields say otherwise. */
export function aMessage(
  properties: Partial<MessageProperties> = {},
  body = '{}',
  chosen: Partial<ConsumeMessageFields> = {},
): ConsumeMessage {
  const fields = { deliveryTag: 1, redelivered: false, exchange: 'order_events', routingKey: 'order.created.v1' };
  return {
    fields: { ...fields, consumerTag: 'tag', ...chosen },
    properties: { headers: {}, ...properties } as MessageProperties,
    content: Buffer.from(body),
  };
}

/** Where a copy comes from that waited in a tier. */
export const fromTier = { exchange: '', routingKey: 'orders' } as const;
