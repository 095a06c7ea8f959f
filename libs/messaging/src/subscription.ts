import { type CloudEvent, consumerOf, contracts, type EventOf, nameOf, type QueueName } from '@order-events/contracts';
import type { Delivery } from './delivery.ts';
import { SubscriptionError } from './errors.ts';

/** One event type and its handler. */
export interface Handler {
  /** A full type, or '#' for all. */
  readonly type: string;
  readonly handle: (event: CloudEvent, delivery: Delivery) => Promise<unknown>;
}

/** `on(inventoryRejected, (event) => …)`: resolving means done; the error of a rejection decides the outcome, see outcome.ts. */
export function on<C extends { readonly type: string }>(
  contract: C,
  handle: (event: EventOf<C>, delivery: Delivery) => Promise<unknown>,
): Handler {
  return { type: contract.type, handle: (event, delivery) => handle(event as EventOf<C>, delivery) };
}

/** For the queue that consumes everything. */
export function onEvery(handle: (event: CloudEvent, delivery: Delivery) => Promise<unknown>): Handler {
  return { type: '#', handle };
}

/** The handlers of a queue must be exactly those of the types that the table binds to it: any other set is a mistake in the code. */
export function checkHandlers(queue: QueueName, handlers: readonly Handler[]): void {
  const { consumes } = consumerOf(queue);
  const bound = new Set(consumes === '#' ? ['#'] : consumes);
  const handled = handlers.map(({ type }) => type);
  const faults = [
    ...[...bound].filter((type) => !handled.includes(type)).map((type) => `no handler for ${type}`),
    ...handled.filter((type) => !bound.has(type)).map((type) => `${type} is handled, but the queue doesn't consume it`),
    ...handled.filter((type, index) => handled.indexOf(type) !== index).map((type) => `two handlers for ${type}`),
  ];
  if (faults.length > 0) throw new SubscriptionError(`subscription to ${queue}: ${faults.join('; ')}`);
}

/**
 * A source numbers all events of a subject without a gap. A queue that doesn't consume some of them would wait for them
 * for ever. Of several major versions of one event it needs one.
 */
export function checkOrder(queue: QueueName, sources: readonly string[]): void {
  const { consumes } = consumerOf(queue);
  const consumed = new Set(consumes === '#' ? contracts.map(({ type }) => nameOf(type)) : consumes.map(nameOf));
  const faults = sources.flatMap((source) => {
    const published = contracts.filter(({ owner }) => source === `/services/${owner}`).map(({ type }) => nameOf(type));
    if (published.length === 0) return [`${source} publishes nothing`];
    return [...new Set(published)]
      .filter((name) => !consumed.has(name))
      .map((name) => `${name} of ${source} isn't consumed`);
  });
  if (faults.length > 0) throw new SubscriptionError(`order asked of ${queue}: ${faults.join('; ')}`);
}
