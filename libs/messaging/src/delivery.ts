import type { QueueName } from '@order-events/contracts';
import type { Pauses } from './outages-met.ts';
import type { Arrival } from './progress.ts';

/** How an event reached its handler. */
export interface Delivery {
  readonly queue: QueueName;
  /** 1 for the first try; counted anew for each replay. */
  readonly attempt: number;
  /** 0 unless an operator sent this letter again. */
  readonly replay: number;
  /** When this message first failed or came early (RFC 3339); absent on its first try. */
  readonly firstFailedAt?: string;
  /** The outages it met before, as far as its copies say. */
  readonly pauses?: Pauses;
  /** The broker handed this very message out before: its effect may be there already. */
  readonly redelivered: boolean;
  /** The exact bytes that were signed. */
  readonly body: Buffer;
  readonly signature?: string;
  /** The source's own signature, where `signature` is operators'. */
  readonly originalSignature?: string;
  /** The key it was first published with, whatever queues it passed since. */
  readonly routingKey: string;
  /**
   * Where the consumer asks for order: `in-turn`, nothing later of this source and subject was handled; `late`, it was
   * skipped; `repeat`, it was handled, as far as is known. The id alone says whether it has happened.
   */
  readonly order?: Exclude<Arrival, 'early'>;
}
