import { type CloudEvent, consumers, type EventOf, type QueueName } from '@order-events/contracts';
import type { Delivery } from './delivery.ts';
import { SubscriptionError } from './errors.ts';

/** One event type and what is done about it. */
export interface Handler {
  /** A full type, or '#' for all. */
  readonly type: string;
  readonly handle: (event: CloudEvent, delivery: Delivery) => Promise<unknown>;
}

/** `on(inventoryRejected, (event) => …)`: resolving means done; what is thrown decides the outcome, see outcome.ts. */
export function on<C extends { readonly type: string }>(
  contract: C,
  handle: (event: EventOf<C>, delivery: Delivery) => Promise<unknown>,
): Handler {
  return { type: contract.type, handle: (event, delivery) => handle(event as EventOf<C>, delivery) };
}

/** For the one who hears everything. */
export function onEvery(handle: (event: CloudEvent, delivery: Delivery) => Promise<unknown>): Handler {
  return { type: '#', handle };
}

/** What the table binds to a queue is what must be handled there: anything more or less is a mistake in the code. */
export function checkHandlers(queue: QueueName, handlers: readonly Handler[]): void {
  const { hears } = consumers[queue];
  const bound = new Set(hears === '#' ? ['#'] : hears);
  const handled = handlers.map(({ type }) => type);
  const faults = [
    ...[...bound].filter((type) => !handled.includes(type)).map((type) => `no handler for ${type}`),
    ...handled.filter((type) => !bound.has(type)).map((type) => `${type} is handled, but the queue doesn't hear it`),
    ...handled.filter((type, index) => handled.indexOf(type) !== index).map((type) => `two handlers for ${type}`),
  ];
  if (faults.length > 0) throw new SubscriptionError(`subscription to ${queue}: ${faults.join('; ')}`);
}
