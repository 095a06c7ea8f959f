import { randomUUID } from 'node:crypto';
import {
  type CloudEvent,
  contractOf,
  createEvent,
  type EventAttributes,
  type KeyRing,
  type Order,
  orderCreated,
  parseKeys,
} from '@order-events/contracts';
import { testKeys } from './keys.ts';

/** A pending order as events carry it; every part can be chosen. */
export function anOrder(chosen: Partial<Order> = {}): Order {
  return { ...orderCreated.example.order, id: randomUUID(), ...chosen };
}

/** A valid event of this type, with its contract's example as data, published by its owner; every part can be chosen. */
export function anEvent(type: string, chosen: Partial<EventAttributes> & { readonly data?: unknown } = {}): CloudEvent {
  const contract = contractOf(type);
  if (!contract) throw new Error(`${type} is not in the catalogue of events`);
  const { data = contract.example, ...attributes } = chosen;
  return createEvent(
    { contract, data },
    {
      id: randomUUID(),
      source: `/services/${contract.owner}`,
      subject: randomUUID(),
      version: 1,
      time: new Date().toISOString(),
      correlationid: randomUUID(),
      triggeredby: 'user',
      ...attributes,
    },
  );
}

/** The event as an outbox would hold it: exact bytes, signed with the test key of its source. */
export function signed(event: CloudEvent, keys: KeyRing = parseKeys(testKeys())): { body: string; signature: string } {
  const body = JSON.stringify(event);
  return { body, signature: keys.sign(event.source, body) };
}
