import type { QueueName } from '@order-events/contracts';
import type { ConsumeMessage, Options } from 'amqplib';
import { carriable } from './carriable.ts';
import type { Delivery } from './delivery.ts';
import { readPauses } from './outages-met.ts';
import { EXCHANGE } from './topology.ts';

/** A message as the broker handed it out, with what its headers say. */
export interface Delivered {
  readonly message: ConsumeMessage;
  readonly delivery: Delivery;
}

// Only these travel on. The broker owns x-…, and CC or BCC of a stranger would send the copy to queues of his choice.
const CARRIED = [
  'signature',
  'traceparent',
  'tracestate',
  'original',
  'original-signature',
  'original-routing-key',
  'first-failed-at',
  'last-error',
];
// What is longer is no time, and no key that was ever published with.
const TIME_CHARACTERS = 40;
const KEY_CHARACTERS = 255;

type Headers = Record<string, string | number>;

export function readDelivery(queue: QueueName, message: ConsumeMessage): Delivered {
  const { fields, properties, content } = message;
  const signature = text(properties.headers?.signature);
  const originalSignature = text(properties.headers?.['original-signature']);
  // Only copies count, and they come by other exchanges: what a producer writes about attempts changes nothing.
  const headers: Record<string, unknown> = fields.exchange === EXCHANGE ? {} : (properties.headers ?? {});
  const firstFailedAt = text(headers['first-failed-at'], TIME_CHARACTERS);
  const pauses = readPauses(headers.pauses);
  const delivery: Delivery = {
    queue,
    attempt: countFrom(1, headers.attempt),
    replay: countFrom(0, headers.replay),
    redelivered: fields.redelivered,
    body: content,
    routingKey: text(headers['original-routing-key'], KEY_CHARACTERS) ?? fields.routingKey,
    ...(signature !== undefined && { signature }),
    ...(originalSignature !== undefined && { originalSignature }),
    ...(firstFailedAt !== undefined && { firstFailedAt }),
    ...(pauses && { pauses }),
  };
  return { message, delivery };
}

/** How often the broker handed this message out before and got it back, by its own count. Only for the crash rule. */
export function returnsOf({ message }: Delivered): number {
  // On the first time out it writes no count: one that is there all the same is somebody else's.
  return message.fields.redelivered ? countFrom(0, message.properties.headers?.['x-delivery-count']) : 0;
}

/**
 * The same message with other headers: body and labels stay as they came, right or wrong, save for what can't be written.
 * What is said of it now comes first, where all is too large together.
 */
export function copyProperties({ message, delivery }: Delivered, changed: Headers): Options.Publish {
  const { contentType, messageId, type, timestamp, correlationId, appId, headers = {} } = message.properties;
  const counts = { attempt: delivery.attempt, replay: delivery.replay, 'original-routing-key': delivery.routingKey };
  const kept = Object.fromEntries(CARRIED.map((name) => [name, text(headers[name])]));
  const own = { ...changed, ...counts, ...changed };
  const labels = { contentType, messageId, type, timestamp, correlationId, appId };
  return carriable({ ...labels, headers: { ...own, ...kept, ...own } });
}

// A broken count must cost its message nothing: it counts as the first.
function countFrom(first: number, value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= first ? (value as number) : first;
}

const text = (value: unknown, most = Number.POSITIVE_INFINITY) =>
  typeof value === 'string' && value.length <= most ? value : undefined;
