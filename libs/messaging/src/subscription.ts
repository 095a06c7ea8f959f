import type { CloudEvent, EventOf } from '@order-events/contracts';
import type { Delivery } from './delivery.ts';

/** One event type and what is done about it. */
export interface Handler {
  /** A full type, or '#' for all. */
  readonly type: string;
  readonly handle: (event: CloudEvent, delivery: Delivery) => Promise<unknown>;
}

/** `on(inventoryRejected, (event) => …)`: what is thrown decides the outcome, see outcome.ts. */
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
