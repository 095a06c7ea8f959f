import { createHash } from 'node:crypto';
import type { QueueName } from '@order-events/contracts';
import type { Delivered } from '../headers.ts';

/** Why a letter is dead, as the consumer that gave it up wrote it down: the header `failure`. */
export interface FailureFacts {
  readonly error: { readonly name: string; readonly code?: string; readonly message: string };
  readonly attempts: number;
  readonly service: string;
  readonly queue: string;
  readonly time: string;
  readonly firstBytes: string;
}

/** A dead letter as it lies in `<queue>.dlq`; nothing in it is proven. */
export interface DeadLetter {
  readonly queue: QueueName;
  /** The event's id as its label says it; of a message without one, made from its body. */
  readonly id: string;
  /** Of the body: letters with the same id and digest are copies of one. */
  readonly digest: string;
  readonly type: string;
  /** How often operators have sent it again. */
  readonly replay: number;
  readonly body: Buffer;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Missing when the broker itself moved it here, after too many returns: then no consumer lived to say why. */
  readonly failure?: FailureFacts;
}

export function deadLetterOf({ message, delivery }: Delivered): DeadLetter {
  const { messageId, type, contentType, timestamp, correlationId, appId, headers = {} } = message.properties;
  const digest = createHash('sha256').update(message.content).digest('hex').slice(0, 16);
  const failure = readFailure(headers.failure);
  return {
    queue: delivery.queue,
    id: short(messageId) ?? `body-${digest}`,
    digest,
    type: short(type) ?? short(delivery.routingKey) ?? 'unknown',
    replay: delivery.replay,
    body: message.content,
    labels: { messageId, type, contentType, timestamp, correlationId, appId },
    headers,
    ...(failure && { failure }),
  };
}

function readFailure(header: unknown): FailureFacts | undefined {
  try {
    const failure = JSON.parse(String(header)) as FailureFacts | null;
    return typeof failure?.error?.name === 'string' ? failure : undefined;
  } catch {
    return undefined;
  }
}

const short = (label: unknown) =>
  typeof label === 'string' && label.length > 0 && label.length <= 128 ? label : undefined;
