import type { QueueName } from '@order-events/contracts';

/** How an event reached its handler. */
export interface Delivery {
  readonly queue: QueueName;
  /** 1 for the first try; counted anew for each replay. */
  readonly attempt: number;
  /** 0 unless an operator sent this letter again. */
  readonly replay: number;
  /** When this message first failed or came early (RFC 3339); absent on its first try. */
  readonly firstFailedAt?: string;
  /** The broker handed this very message out before: its effect may be there already. */
  readonly redelivered: boolean;
  /** The exact bytes that were signed. */
  readonly body: Buffer;
  readonly signature?: string;
  /** The key it was first published with, whatever queues it passed since. */
  readonly routingKey: string;
}
