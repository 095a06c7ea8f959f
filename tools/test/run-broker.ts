import type { Broker } from '../broker/broker.ts';

// Jest loads set-up and teardown apart from each other, in one process.
const kept = globalThis as { orderEventsTestBroker?: Broker };

export function keepForTeardown(broker: Broker): void {
  kept.orderEventsTestBroker = broker;
}

export function keptBroker(): Broker | undefined {
  return kept.orderEventsTestBroker;
}
