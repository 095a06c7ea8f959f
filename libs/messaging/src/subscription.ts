import { type CloudEvent, consumerOf, contracts, type EventOf, nameOf, type QueueName } from '@order-events/contracts';
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
  const { consumes } = consumerOf(queue);
  const bound = new Set(consumes === '#' ? ['#'] : consumes);
  const handled = handlers.map(({ type }) => type);
  const faults = [
    ...[...bound].filter((type) => !handled.includes(type)).map((type) => `no handler for ${type}`),
    ...handled.filter((type) => !bound.has(type)).map((type) => `${type} is handled, but the queue doesn't hear it`),
    ...handled.filter((type, index) => handled.indexOf(type) !== index).map((type) => `two handlers for ${type}`),
  ];
  if (faults.length > 0) throw new SubscriptionError(`subscription to ${queue}: ${faults.join('; ')}`);
}

/**
 * Numbers without a gap are those of all that a source says. A queue that doesn't hear some of it would wait for what
 * never comes. Of several major versions of one event it needs one.
 */
export function checkOrder(queue: QueueName, sources: readonly string[]): void {
  const { consumes } = consumerOf(queue);
  const heard = new Set(consumes === '#' ? contracts.map(({ type }) => nameOf(type)) : consumes.map(nameOf));
  const faults = sources.flatMap((source) => {
    const said = contracts.filter(({ owner }) => source === `/services/${owner}`).map(({ type }) => nameOf(type));
    if (said.length === 0) return [`${source} says nothing`];
    return [...new Set(said)].filter((name) => !heard.has(name)).map((name) => `${name} of ${source} isn't heard`);
  });
  if (faults.length > 0) throw new SubscriptionError(`order asked of ${queue}: ${faults.join('; ')}`);
}
